"""Take a network of the user's own into the study, whatever framework it is from.

It is compared with its own framework and tested on its dataset.
"""

import numpy as np

from nn_modularity import accuracy, errors, logs, seeds
from nn_modularity.activations import agreement
from nn_modularity.datasets import dataset_file
from nn_modularity.errors import StudyError
from nn_modularity.networks import imports

ADVICE = (
    "is the scaling of its inputs said, its activations, the order of its values? If it was tested "
    "on other images, say `expected_accuracy:` in the config"
)


def main(job):
    path, settings = job.input.network, job.params.importing
    imported = imports.read(path, **settings["reading"])
    for note in imported.notes:
        logs.log.info("%s: %s", path, note)
    compared = compare(imported, path, job.input.expected, settings)
    logs.log.info("%s: %s; %s", path, imports.summary(imported.network), compared)
    data = dataset_file.read(job.input.data) if job.input.data else None
    imported = imports.scaled(imported, **scaling(imported, data, **settings["scaling"]))
    found = accuracy_of(imported.network, path, data, settings) if data else {}
    complete = data is None or data.complete
    known = {**settings["attributes"], "data_complete": complete, **found}
    imports.write(job.output.network, imported, known)


def scaling(imported, data, scale, offset):
    """What the network sees of the data: as the config says, else as its file or the data says."""
    is_said = scale is not None or offset
    if is_said or data is None or data.sees_pixels or imported.framework == "network file":
        return {"scale": scale, "mean": -offset}
    return {
        "scale": data.scale,
        "mean": 0 if data.mean is None else data.as_sample(data.mean),
        "std": 1 if data.std is None else data.as_sample(data.std),
    }


def accuracy_of(network, path, data, settings):
    """Test the network; its accuracy as an attribute of its file, if it can be tested."""
    images, classes, expected = data.X_test, data.y_test, settings["expected_accuracy"]
    with errors.at(path):
        if data.task != "classification":
            return {}
        if misfit := agreement.misfit(network, images, classes):
            if expected is not None:
                raise StudyError(f"{misfit}, so `expected_accuracy` can't be compared")
            logs.log.info("%s: accuracy not known: it %s", path, misfit)
            return {}
        n_correct = agreement.count_correct(network, images, classes)
        stated = expected if expected is not None else network.attributes.get("test_acc")
        if stated is not None:
            source = "the file's test_acc" if expected is None else "the config's expected_accuracy"
            accuracy.check(n_correct, len(images), stated, source, ADVICE)
    logs.log.info("%s: accuracy %.4f on the test images", path, n_correct / len(images))
    if remark := accuracy.remark(n_correct, np.bincount(classes)):
        logs.log.warning("%s: %s", path, remark)
    return {"test_acc": n_correct / len(images)}


def compare(imported, path, expected, settings):
    """Run the network in its own framework and in ours; what came of it, in words."""
    generator = seeds.generator(*settings["seed_path"])
    network = imported.network
    if expected:
        difference, other = agreement.check_expected(network, expected), expected
    elif imported.framework == "ONNX":
        difference = agreement.check_onnx(network, imported.original, generator)
        other = "ONNX Runtime"
    elif imported.framework == "Keras":
        from nn_modularity.training import predictions  # TensorFlow, for this alone

        images = agreement.trial_images(network, agreement.N_IMAGES, generator)
        other = "Keras"
        difference = agreement.check(network, images, predictions.of_keras(path, images), other)
    else:
        return "compared with no other framework; say `expected:` to compare outputs"
    return f"outputs differ from those of {other} by {difference:.1e}"


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
