"""Lesion every sub-module of one network, beside random lesions of the same sizes.

Makes the counts of correctly classified images.
"""

from functools import partial

from nn_modularity import accuracy, errors, files, logs, pieces, seeds
from nn_modularity.datasets import dataset_file
from nn_modularity.lesions import single, subjects
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
    if subject.score.name == "accuracy":
        check(subject, job.input.network, network.attributes.get("test_acc"))
    labelling = Labelling.read(job.input.clustering)
    generators = seeds.generators(*settings["seed_path"], n=settings["n_shuffles"])

    fingerprint = pieces.fingerprint(job.input, job.params.code, settings)
    with pieces.Store(job.output.counts, fingerprint) as store:
        map_pieces = partial(store.map, workers=job.threads, description="Lesions")
        single.single_test(subject, labelling, generators, map_pieces).write(job.output.counts)


def check(subject, path, stated):
    """Compare the intact network with what its file says of it, and with chance."""
    n_correct = int(subjects.intact_points(subject).sum())
    if stated is not None:
        advice = f"are these the images that it was tested on? If so, {files.MADE_AGAIN}"
        with errors.at(path):
            accuracy.check(n_correct, subject.n_images, stated, "the file's test_acc", advice)
    if remark := accuracy.remark(n_correct, subject.score.sizes):
        logs.log.warning("%s: %s", path, remark)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
