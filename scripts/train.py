"""Train one network from its initial weights."""

from nn_modularity import logs, seeds
from nn_modularity.networks import weights
from nn_modularity.training import gpu


def main(job):
    gpu.prepare(job.threads)
    from nn_modularity.training import fitting, models, recording  # import TensorFlow

    settings = job.params.training
    place = (settings["seed"], "train", settings["model"], settings["instance"])
    data = fitting.read(job.input.data, settings["n_train"])
    model = models.build(settings, data.image_shape, seeds.sequence(*place, "network"))
    recipe = fitting.Recipe.of(settings)
    epochs = fitting.fit(model, data, recipe, seeds.generator(*place, "orders"))
    outputs = job.output.history, job.output.get("checkpoints")
    attributes = recording.record(epochs, model, data, settings, "unpruned", *outputs)
    weights.write(job.output.network, models.to_network(model, attributes))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
