"""Tabulate the N-cuts of many instances of every model, and what they have in common."""

from nn_modularity import clustering_tables, logs, measurements, tables


def main(job):
    networks = measurements.read_all(job.params.stability, job.input)
    tables.write_csv(job.output.instances, clustering_tables.stability(networks))
    tables.write_csv(job.output.statistic, clustering_tables.stability_statistic(networks))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
