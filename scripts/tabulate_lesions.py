"""Class the sub-modules of one network by what their lesions do, a row a sub-module."""

from nn_modularity import files, logs
from nn_modularity.lesions import taxonomy
from nn_modularity.lesions.results import SingleTest
from nn_modularity.tables import lesions


def main(job):
    test = SingleTest.read(job.input.counts)
    files.write_csv(job.output.table, lesions.single(test, taxonomy.Rule(**job.params.rule)))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
