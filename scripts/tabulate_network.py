"""Tabulate how modular one model's networks are at several numbers of clusters."""

from itertools import product

from nn_modularity import files, logs
from nn_modularity.clustering.results import Clusters
from nn_modularity.tables import measurements, networks


def main(job):
    settings = job.params.table
    places = product(settings["every_k"], settings["networks"])
    found = [
        networks.Compared(
            stage=network["stage"],
            shuffle=shuffle,
            clusters=Clusters.read(job.input.clustering[number]),
            ncuts=measurements.read_null(job.input[shuffle][number], settings["n_shuffles"]),
        )
        for number, (_, network) in enumerate(places)
        for shuffle in settings["shuffles"]
    ]
    table = networks.by_k(job.wildcards.model, found, settings["graph"])
    files.write_csv(job.output.table, table)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
