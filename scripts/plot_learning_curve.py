"""Draw the learning curve of one network: N-cut, accuracy and loss by epoch."""

import pandas as pd

from nn_modularity import logs
from nn_modularity.figures import curves, style


def main(job):
    table = pd.read_csv(job.input.table)
    figure = curves.learning_curve(curves.select(table, **job.params.curve))
    style.note_incomplete(figure, table["data_complete"])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
