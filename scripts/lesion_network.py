"""Lesion every sub-module of one network, beside random lesions of the same sizes.

Makes the counts of correctly classified images.
"""

from functools import partial

from nn_modularity import accuracy, errors, files, logs, pieces, seeds
from nn_modularity.lesions import single
from nn_modularity.networks import weights


def main(job):
    settings = job.params.lesion
    labels = files.read_arrays(job.input.clustering, "labels")["labels"]
    images = files.read_arrays(job.input.dataset, "X_test", "y_test")
    network = weights.read(job.input.network, files.MADE_AGAIN)
    subject = single.examine(network, images["X_test"], images["y_test"])
    check(subject, job.input.network, network.attributes.get("test_acc"))
    generators = seeds.generators(*settings["seed_path"], n=settings["n_shuffles"])

    fingerprint = pieces.fingerprint(job.input, job.params.code, settings)
    with pieces.Store(job.output.counts, fingerprint) as store:
        map_pieces = partial(store.map, workers=job.threads, description="Lesions")
        test = single.single_test(subject, labels, generators, map_pieces)
        files.write_arrays(job.output.counts, vars(test))


def check(subject, path, stated):
    """Compare the intact network with what its file says of it, and with chance."""
    n_correct = int(single.count_intact(subject).sum())
    if stated is not None:
        advice = f"are these the images that it was tested on? If so, {files.MADE_AGAIN}"
        with errors.at(path):
            accuracy.check(n_correct, subject.n_images, stated, "the file's test_acc", advice)
    if remark := accuracy.remark(n_correct, subject.class_sizes):
        logs.log.warning("%s: %s", path, remark)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
