"""Draw the effect size between the two null models, instance by instance."""

import pandas as pd

from nn_modularity import logs
from nn_modularity.figures import clustering, style


def main(job):
    table = pd.read_csv(job.input.table)
    figure = clustering.cohens_d(table)
    style.note_incomplete(figure, table["data_complete"])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
