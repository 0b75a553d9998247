"""Draw a clustered network neuron by neuron, unpruned beside pruned."""

from nn_modularity import logs
from nn_modularity.figures import inputs, networks, style


def main(job):
    settings = job.params.drawing
    drawn = inputs.clustered_networks(job.input, settings["stages"], settings["k"])
    figure = networks.clustered_networks(drawn)
    style.note_incomplete(figure, (network.data_complete for network in drawn))
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
