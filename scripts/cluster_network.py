"""Cluster networks' neurons and report the N-cuts, a file a network."""

from dataclasses import replace

from nn_modularity import logs, seeds
from nn_modularity.clustering import spectral
from nn_modularity.graphs import estimates, of_files
from nn_modularity.networks.facts import Facts


def main(job):
    for path, output, settings in zip(job.input, job.output, job.params.clusterings, strict=True):
        network = of_files.read(path, **settings["graph"])
        takes = estimates.clustering(network, settings["k"])
        logs.log.info("%s: %s", path, takes)
        estimates.check(takes)
        graph = of_files.graph(network)
        generator = seeds.generator(*settings["seed_path"])
        n_starts = spectral.starts(graph.n_neurons, *settings["n_starts"])
        clusters = spectral.cluster(graph, settings["k"], n_starts, generator)
        logs.log.info(
            "%s: K = %d, N-cut %.4f, %d isolated neurons",
            *(path, settings["k"], clusters.ncut, clusters.n_isolated),
        )
        data_complete = Facts.of(network.attributes).data_complete
        replace(clusters, data_complete=data_complete).write(output)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
