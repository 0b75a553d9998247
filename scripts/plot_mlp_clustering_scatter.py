"""Draw the N-cut of every instance against its test accuracy."""

import pandas as pd

from nn_modularity import logs
from nn_modularity.figures import clustering, style


def main(job):
    table = pd.read_csv(job.input.table)
    figure = clustering.ncut_and_accuracy(table)
    style.note_incomplete(figure, table["data_complete"])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
