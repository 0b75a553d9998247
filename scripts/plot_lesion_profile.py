"""Draw accuracies by class of images: a line a sub-module."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.figures import accuracies, lesion, style


def main(job):
    table = pd.read_csv(job.input.table)
    figure = lesion.profile(table, accuracies.read(job.input.counts))
    style.note_incomplete(figure, [files.read_attributes(job.input.data)["complete"]])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
