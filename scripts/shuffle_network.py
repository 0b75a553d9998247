"""Cluster shuffled versions of one network: the null distribution of its N-cut."""

from functools import partial

import numpy as np

from nn_modularity import files, logs, null_models, pieces, seeds, weights

SHUFFLES_A_PIECE = 32


def main(job):
    settings = job.params.clustering
    place = (job.wildcards.model, int(job.wildcards.instance), job.wildcards.stage)
    root = seeds.sequence(settings["seed"], "shuffle", *place, settings["k"], settings["shuffle"])
    children = root.spawn(settings["n_shuffles"])
    ncuts_of_piece = partial(
        null_models.ncuts,
        weights.read(job.input.network),
        settings["shuffle"],
        settings["k"],
        settings["n_starts"],
    )
    fingerprint = f"{files.file_sha256(job.input.network)} {settings}"
    with pieces.Store(job.output.ncuts, fingerprint) as store:
        ncuts = store.map(
            ncuts_of_piece,
            [
                children[first : first + SHUFFLES_A_PIECE]
                for first in range(0, len(children), SHUFFLES_A_PIECE)
            ],
            workers=job.threads,
            description=settings["shuffle"],
        )
        files.write_arrays(job.output.ncuts, {"ncuts": np.concatenate(ncuts)})


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
