"""Permute a clustering's labels within each hidden layer: what sub-modules of chance look like."""

from nn_modularity import logs, seeds
from nn_modularity.lesions import twins
from nn_modularity.networks.labelling import Labelling


def main(job):
    generator = seeds.generator(*job.params.control["seed_path"])
    labelling = Labelling.read(job.input.clustering)
    twins.permute(labelling, generator).write(job.output.clustering)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
