"""Tabulate the N-cuts of many instances of every model, and what they have in common."""

from nn_modularity import files, logs
from nn_modularity.tables import clustering, measurements


def main(job):
    networks = measurements.read_all(job.params.stability, job.input)
    files.write_csv(job.output.instances, clustering.stability(networks))
    files.write_csv(job.output.statistic, clustering.stability_statistic(networks))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
