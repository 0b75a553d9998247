"""Tabulate N-cut, accuracy and loss of one network, epoch by epoch."""

from itertools import chain

from nn_modularity import files, logs
from nn_modularity.networks import checkpoints
from nn_modularity.tables import learning_curves


def main(job):
    stages = [("unpruned", job.input.unpruned), ("pruned", job.input.pruned)]
    found = chain.from_iterable(
        ((stage, checkpoint) for checkpoint in checkpoints.read(path)) for stage, path in stages
    )
    files.write_csv(job.output.table, learning_curves.tabulate(found, job.params.curve))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
