"""Tabulate the N-cut of every network beside those of its shuffled versions."""

from nn_modularity import files, logs
from nn_modularity.tables import clustering, measurements


def main(job):
    networks = measurements.read_all(job.params.clustering, job.input)
    files.write_csv(job.output.table, clustering.clustering(networks))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
