"""Cluster untrained networks: the N-cuts that training starts from."""

from functools import partial

import numpy as np

from nn_modularity import logs, pieces, seeds
from nn_modularity.clustering import initialisation, spectral
from nn_modularity.clustering.results import Initialisation

NETWORKS_A_PIECE = 20


def main(job):
    settings = job.params.initialisation
    children = seeds.sequence(*settings["seed_path"]).spawn(settings["n_networks"])
    n_starts = spectral.starts(sum(settings["widths"]), *settings["n_starts"])
    ncuts_of_piece = partial(initialisation.ncuts, settings["widths"], settings["k"], n_starts)
    fingerprint = pieces.fingerprint([], job.params.code, settings)
    with pieces.Store(job.output.ncuts, fingerprint) as store:
        ncuts = store.map(
            ncuts_of_piece,
            [
                children[first : first + NETWORKS_A_PIECE]
                for first in range(0, len(children), NETWORKS_A_PIECE)
            ],
            workers=job.threads,
            description="untrained",
        )
        Initialisation(np.concatenate(ncuts)).write(job.output.ncuts)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
