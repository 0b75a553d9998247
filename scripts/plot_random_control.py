"""Draw the single-lesion test beside that of a random labelling with equal sizes."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.figures import accuracies, style, swarms


def main(job):
    figure = swarms.random_control(
        pd.read_csv(job.input.table),
        accuracies.read(job.input.counts),
        pd.read_csv(job.input.control),
        accuracies.read(job.input.control_counts),
    )
    style.note_incomplete(figure, [files.read_attributes(job.input.data)["complete"]])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
