"""Check a network of the user's own and take it into the study."""

from dataclasses import replace

from nn_modularity import logs
from nn_modularity.networks import weights


def main(job):
    network = weights.read(job.input.network)
    attributes = {**network.attributes, **job.params.adoption}
    weights.write(job.output.network, replace(network, attributes=attributes))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
