"""Bind the drawings of one network, unpruned beside pruned, into a PDF."""

from nn_modularity import logs
from nn_modularity.figures import inputs, networks, report, spectra, style, submodule_graphs


def main(job):
    settings = job.params.drawing
    drawn = inputs.clustered_networks(job.input, settings["stages"], settings["k"])
    pages = [
        report.overview(drawn, settings["model"], settings["k"]),
        networks.clustered_networks(drawn),
        submodule_graphs.cluster_graphs(drawn),
        spectra.eigenvalues(inputs.spectra(drawn), settings["k"]),
    ]
    for page in pages:
        style.note_incomplete(page, (network.data_complete for network in drawn))
    style.save_pages(pages, job.output.pdf)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
