"""Train one network from its initial weights."""

from nn_modularity import gpu, logs, seeds, weights


def main(job):
    gpu.prepare(job.threads)
    from nn_modularity import networks, recording, training  # import TensorFlow

    settings = job.params.training
    place = (settings["seed"], "train", settings["model"], settings["instance"])
    data = training.read(job.input.data, settings["n_train"])
    model = networks.build(settings, data.image_shape, seeds.sequence(*place, "network"))
    recipe = training.Recipe.of(settings)
    epochs = training.fit(model, data, recipe, seeds.generator(*place, "orders"))
    outputs = job.output.history, job.output.get("checkpoints")
    attributes = recording.record(epochs, model, data, settings, "unpruned", *outputs)
    weights.write(job.output.network, networks.to_network(model, attributes))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
