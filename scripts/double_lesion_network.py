"""Lesion every pair of one network's sub-modules, jointly and one given the other.

Makes the counts of correctly classified images, beside those of random pairs.
"""

from functools import partial

from nn_modularity import files, logs, pieces, seeds
from nn_modularity.datasets import dataset_file
from nn_modularity.lesions import pairs, subjects
from nn_modularity.networks import network_file
from nn_modularity.networks.labelling import Labelling


def main(job):
    settings = job.params.lesion
    network = network_file.read_any(job.input.network, files.MADE_AGAIN)
    dataset = dataset_file.read(job.input.dataset)
    subject = subjects.examine(
        network,
        dataset.X_test,
        dataset.y_test,
        units=settings["units"],
        score=settings["score"],
        data_complete=dataset.complete,
    )
    labelling = Labelling.read(job.input.clustering)
    generators = seeds.generators(*settings["seed_path"], n=settings["n_shuffles"])

    fingerprint = pieces.fingerprint(job.input, job.params.code, settings)
    with pieces.Store(job.output.counts, fingerprint) as store:
        map_pieces = partial(store.map, workers=job.threads, description="Trials")
        pairs.double_test(subject, labelling, generators, map_pieces).write(job.output.counts)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
