"""Prune one trained network: train on while ever more of its weights are set to 0."""

from nn_modularity import files, logs
from nn_modularity.networks import checkpoints, weights
from nn_modularity.training import gpu


def main(job):
    gpu.prepare(job.threads, job.resources.gpu)
    from nn_modularity.training import fitting, models, pruning, recording  # import TensorFlow

    settings = job.params.pruning
    data = fitting.read(job.input.data, settings["n_train"])
    network = weights.read(job.input.network, files.MADE_AGAIN)
    model, epochs = pruning.prune(settings, data, network)
    epochs = recording.followed(epochs, settings, "pruned")
    if job.resources.tensorboard:
        epochs = recording.with_tensorboard(epochs, settings, "pruned")
    past = list(epochs)
    checkpoints.write_history(job.output.history, past)
    attributes = recording.attributes(settings, "pruned", data, past[-1])
    scaling = {"input_scale": data.input_scale, "input_offset": data.input_offset}
    weights.write(job.output.network, models.to_network(model, attributes, **scaling))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
