"""Tabulate how modular one model's networks are at several numbers of clusters."""

from itertools import product

import numpy as np

from nn_modularity import files, logs, seeds
from nn_modularity.clustering import spectral
from nn_modularity.clustering.results import Clusters
from nn_modularity.errors import StudyError
from nn_modularity.graphs import of_files
from nn_modularity.tables import measurements, networks


def main(job):
    settings = job.params.table
    places = list(product(settings["every_k"], settings["networks"]))
    found = []
    for number, (k, network) in enumerate(places):
        clusters = Clusters.read(job.input.clustering[number])
        file = job.input.network[number % len(settings["networks"])]
        matters = how_much_scale_matters(file, clusters, k, settings)
        found += [
            networks.Compared(
                stage=network["stage"],
                shuffle=shuffle,
                clusters=clusters,
                rand_index=matters,
                ncuts=measurements.read_null(job.input[shuffle][number], settings["n_shuffles"]),
            )
            for shuffle in settings["shuffles"]
        ]
    table = networks.by_k(job.wildcards.model, found, settings["graph"])
    files.write_csv(job.output.table, table)


def how_much_scale_matters(file, clusters, k, settings):
    """Cluster a network at another scale as well, and compare the clusters."""
    scale = networks.OTHER_SCALE[settings["graph"]["scale"]]
    try:
        graph = of_files.graph(of_files.read(file, **{**settings["graph"], "scale": scale}))
        n_starts = spectral.starts(graph.n_neurons, *settings["n_starts"])
        generator = seeds.generator(*settings["seed_path"], k)
        other = spectral.cluster(graph, k, n_starts, generator)
    except StudyError as error:
        logs.log.warning("%s: not clustered with `scale: %s`: %s", file, scale, error)
        return np.nan
    found = networks.rand_index(clusters, other)
    logs.log.info("%s: K = %d, adjusted Rand index with `scale: %s` %.3f", file, k, scale, found)
    return found


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
