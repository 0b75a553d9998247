"""Train and prune one network once more, and keep its kernels epoch by epoch."""

from nn_modularity import logs
from nn_modularity.training import gpu


def main(job):
    gpu.prepare(job.threads, job.resources.gpu)
    from nn_modularity.training import fitting, models, pruning, recording  # import TensorFlow

    settings = job.params.recording
    wanted = settings["epochs"]
    data = fitting.read(job.input.data, settings["unpruned"]["n_train"])

    model, epochs = fitting.train(settings["unpruned"], data)
    epochs = recording.followed(epochs, settings["unpruned"], "unpruned")
    recording.write_checkpoints(job.output.unpruned, epochs, model, data, wanted["unpruned"])

    model, epochs = pruning.prune(settings["pruned"], data, models.to_network(model, {}))
    epochs = recording.followed(epochs, settings["pruned"], "pruned")
    recording.write_checkpoints(job.output.pruned, epochs, model, data, wanted["pruned"])


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
