"""Draw the p-value of every model under every null model."""

import pandas as pd

from nn_modularity import logs
from nn_modularity.figures import clustering, style


def main(job):
    table = pd.read_csv(job.input.table)
    figure = clustering.p_values(table)
    style.note_incomplete(figure, table["data_complete"])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
