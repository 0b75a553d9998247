"""Compare what makes networks clusterable with the published numbers, cell by cell."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.paper import factors


def main(job):
    settings, table = job.params.comparison, job.input.table
    compared = factors.compare(
        settings["published"], pd.read_csv(table), settings["recipes"], table
    )
    files.write_csv(job.output.table, compared)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
