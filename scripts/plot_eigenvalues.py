"""Draw the eigenvalues of a network's Laplacian, unpruned beside pruned."""

from nn_modularity import logs
from nn_modularity.figures import inputs, spectra, style


def main(job):
    settings = job.params.drawing
    drawn = inputs.clustered_networks(job.input, settings["stages"], settings["k"])
    figure = spectra.eigenvalues(inputs.spectra(drawn), settings["k"])
    style.note_incomplete(figure, (network.data_complete for network in drawn))
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
