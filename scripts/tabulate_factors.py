"""Tabulate what makes networks clusterable: a row a network and null model."""

from nn_modularity import files, logs
from nn_modularity.tables import clustering, measurements


def main(job):
    settings = job.params.factors
    networks = measurements.read_all(settings, job.input)
    factor_of, task_of = ([row[key] for row in settings["networks"]] for key in ("factor", "task"))
    files.write_csv(job.output.table, clustering.factors(networks, factor_of, task_of))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
