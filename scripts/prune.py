"""Prune one trained network: train on while ever more of its weights are set to 0."""

from nn_modularity import logs, seeds
from nn_modularity.networks import weights
from nn_modularity.training import gpu


def main(job):
    gpu.prepare(job.threads)
    from nn_modularity.training import fitting, models, pruning, recording  # import TensorFlow

    settings = job.params.pruning
    place = (settings["seed"], "prune", settings["model"], settings["instance"])
    data = fitting.read(job.input.data, settings["n_train"])
    model = models.build(settings, data.image_shape, seeds.sequence(*place, "network"))
    models.load(model, weights.read(job.input.network))
    recipe = fitting.Recipe.of(settings)
    schedule = pruning.Schedule.of(settings["sparsity"], end=recipe.steps(len(data.train)))
    masks = pruning.Pruning(model, schedule)
    epochs = fitting.fit(model, data, recipe, seeds.generator(*place, "orders"), masks)
    outputs = job.output.history, job.output.get("checkpoints")
    attributes = recording.record(epochs, model, data, settings, "pruned", *outputs)
    weights.write(job.output.network, models.to_network(model, attributes))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
