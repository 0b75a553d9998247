"""Cluster shuffled versions of one network: null distributions of its N-cut.

A file a null model and number of clusters. One that is there and still holds is kept.
"""

from functools import partial

import numpy as np

from nn_modularity import files, logs, pieces, seeds
from nn_modularity.clustering import null_models
from nn_modularity.networks import weights

SHUFFLES_A_PIECE = 32


def main(job):
    network = weights.read(job.input.network)
    for path, settings in zip(job.output, job.params.shuffles, strict=True):
        fingerprint = pieces.fingerprint([job.input.network], job.params.code, settings)
        if not files.keep(path, fingerprint):
            with pieces.Store(path, fingerprint) as store:
                ncuts = np.concatenate(null_ncuts(job, network, settings, store))
                files.write_arrays(path, {"ncuts": ncuts}, {"fingerprint": fingerprint})


def null_ncuts(job, network, settings, store):
    """N-cuts of one null model at one number of clusters, piece by piece."""
    k, shuffle = settings["k"], settings["shuffle"]
    place = (job.wildcards.model, int(job.wildcards.instance), job.wildcards.stage)
    root = seeds.sequence(settings["seed"], "shuffle", *place, k, shuffle)
    children = root.spawn(settings["n_shuffles"])
    return store.map(
        partial(null_models.ncuts, network, shuffle, k, settings["n_starts"]),
        [
            children[first : first + SHUFFLES_A_PIECE]
            for first in range(0, len(children), SHUFFLES_A_PIECE)
        ],
        workers=job.threads,
        description=f"{shuffle} K={k}",
    )


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
