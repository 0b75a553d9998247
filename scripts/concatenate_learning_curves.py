"""Put the learning curves of all networks into one table."""

import pandas as pd

from nn_modularity import files, logs


def main(job):
    curves = pd.concat(map(pd.read_csv, job.input.curves), ignore_index=True)
    files.write_csv(job.output.table, curves)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
