"""Prune one trained network: train on while ever more of its weights are set to 0."""

from nn_modularity import gpu, logs, seeds, weights


def main(job):
    gpu.prepare(job.threads)
    from nn_modularity import networks, pruning, recording, training  # import TensorFlow

    settings = job.params.pruning
    place = (settings["seed"], "prune", settings["model"], settings["instance"])
    data = training.read(job.input.data, settings["n_train"])
    model = networks.build(settings, data.image_shape, seeds.sequence(*place, "network"))
    networks.load(model, weights.read(job.input.network))
    recipe = training.Recipe.of(settings)
    schedule = pruning.Schedule.of(settings["sparsity"], end=recipe.steps(len(data.train)))
    masks = pruning.Pruning(model, schedule)
    epochs = training.fit(model, data, recipe, seeds.generator(*place, "orders"), masks)
    outputs = job.output.history, job.output.get("checkpoints")
    attributes = recording.record(epochs, model, data, settings, "pruned", *outputs)
    weights.write(job.output.network, networks.to_network(model, attributes))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
