"""Cluster networks' neurons and report the N-cuts, a file a network."""

from nn_modularity import logs, seeds
from nn_modularity.clustering import spectral
from nn_modularity.graphs import of_files


def main(job):
    for network, path, settings in zip(job.input, job.output, job.params.clusterings, strict=True):
        graph = of_files.graph(of_files.read(network, **settings["graph"]))
        generator = seeds.generator(*settings["seed_path"])
        n_starts = spectral.starts(graph.n_neurons, *settings["n_starts"])
        clusters = spectral.cluster(graph, settings["k"], n_starts, generator)
        logs.log.info(
            "%s: K = %d, N-cut %.4f, %d isolated neurons",
            *(network, settings["k"], clusters.ncut, graph.isolated.sum()),
        )
        clusters.write(path)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
