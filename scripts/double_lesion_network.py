"""Lesion every pair of one network's sub-modules, jointly and one given the other.

Makes the counts of correctly classified images, beside those of random pairs.
"""

from functools import partial

from nn_modularity import files, logs, pieces, seeds
from nn_modularity.lesions import pairs, single
from nn_modularity.networks import weights


def main(job):
    settings = job.params.lesion
    labels = files.read_arrays(job.input.clustering, "labels")["labels"]
    images = files.read_arrays(job.input.dataset, "X_test", "y_test")
    network = weights.read(job.input.network, files.MADE_AGAIN)
    subject = single.examine(network, images["X_test"], images["y_test"])
    generators = seeds.generators(*settings["seed_path"], n=settings["n_shuffles"])

    fingerprint = pieces.fingerprint(job.input, job.params.code, settings)
    with pieces.Store(job.output.counts, fingerprint) as store:
        map_pieces = partial(store.map, workers=job.threads, description="Trials")
        test = pairs.double_test(subject, labels, generators, map_pieces)
        files.write_arrays(job.output.counts, vars(test))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
