"""Cluster one network's neurons and report the N-cut."""

from nn_modularity import graph, logs, seeds, spectral, weights


def main(job):
    settings = job.params.clustering
    place = (job.wildcards.model, int(job.wildcards.instance), job.wildcards.stage)
    layered = graph.from_network(weights.read(job.input.network))
    clusters = spectral.cluster(
        layered,
        settings["k"],
        settings["n_starts"],
        seeds.generator(settings["seed"], "cluster", *place, settings["k"]),
    )
    logs.log.info("N-cut %.4f, %d isolated neurons", clusters.ncut, layered.isolated.sum())
    clusters.write(job.output.clustering)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
