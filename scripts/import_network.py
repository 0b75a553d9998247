"""Take a network of the user's own into the study, whatever framework it is from."""

from nn_modularity import logs, seeds
from nn_modularity.activations import agreement
from nn_modularity.networks import imports


def main(job):
    path, settings = job.input.network, job.params.importing
    imported = imports.read(path, **settings["reading"])
    for note in imported.notes:
        logs.log.info("%s: %s", path, note)
    compared = compare(imported, path, job.input.expected, settings)
    logs.log.info("%s: %s; %s", path, imports.summary(imported.network), compared)
    imports.write(job.output.network, imported, settings["scaling"], settings["attributes"])


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
