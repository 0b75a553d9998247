"""Cluster shuffled versions of networks: null distributions of their N-cuts.

A file a network and null model.
"""

from functools import partial

from nn_modularity import logs, pieces
from nn_modularity.clustering import null_models
from nn_modularity.graphs import of_files


def main(job):
    outputs = iter(job.output)
    fingerprint = pieces.fingerprint(job.input, job.params.code, job.params.nulls)
    with pieces.Store(job.output[0], fingerprint) as store:
        map_pieces = partial(store.map, workers=job.threads)
        for network_file, of_network in zip(job.input, job.params.nulls, strict=True):
            network = of_files.read(network_file, **of_network[0]["graph"])
            for settings in of_network:
                null = null_models.distribution(network, settings, map_pieces)
                null.write(next(outputs))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
