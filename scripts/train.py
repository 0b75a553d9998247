"""Train one network from its initial weights."""

from nn_modularity import logs
from nn_modularity.networks import checkpoints, weights
from nn_modularity.training import gpu


def main(job):
    gpu.prepare(job.threads, job.resources.gpu)
    from nn_modularity.training import fitting, models, recording  # import TensorFlow

    settings = job.params.training
    data = fitting.read(job.input.data, settings["n_train"])
    model, epochs = fitting.train(settings, data)
    epochs = recording.followed(epochs, settings, "unpruned")
    if job.resources.tensorboard:
        epochs = recording.with_tensorboard(epochs, settings, "unpruned")
    past = list(epochs)
    checkpoints.write_history(job.output.history, past)
    attributes = recording.attributes(settings, "unpruned", data, past[-1])
    scaling = {"input_scale": data.input_scale, "input_offset": data.input_offset}
    weights.write(job.output.network, models.to_network(model, attributes, **scaling))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
