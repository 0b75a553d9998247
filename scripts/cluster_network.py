"""Cluster one network's neurons and report the N-cut, a file a number of clusters."""

from nn_modularity import logs, seeds
from nn_modularity.clustering import spectral
from nn_modularity.graphs import layered
from nn_modularity.networks import weights


def main(job):
    place = (job.wildcards.model, int(job.wildcards.instance), job.wildcards.stage)
    graph = layered.from_network(weights.read(job.input.network))
    for path, settings in zip(job.output, job.params.clusterings, strict=True):
        clusters = spectral.cluster(
            graph,
            settings["k"],
            settings["n_starts"],
            seeds.generator(settings["seed"], "cluster", *place, settings["k"]),
        )
        logs.log.info(
            "K = %d: N-cut %.4f, %d isolated neurons",
            *(settings["k"], clusters.ncut, graph.isolated.sum()),
        )
        clusters.write(path)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
