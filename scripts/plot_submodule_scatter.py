"""Draw sub-modules by size, change of accuracy and z-score."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.figures import lesion, style


def main(job):
    figure = lesion.scatter(pd.read_csv(job.input.table))
    style.note_incomplete(figure, [files.read_attributes(job.input.data)["complete"]])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
