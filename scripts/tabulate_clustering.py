"""Tabulate the N-cut of every network beside those of its shuffled versions."""

from nn_modularity import clustering_tables, logs, measurements, tables


def main(job):
    networks = measurements.read_all(job.params.clustering, job.input)
    tables.write_csv(job.output.table, clustering_tables.clustering(networks))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
