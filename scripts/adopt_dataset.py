"""Check a dataset of the user's own and take it into the study."""

from nn_modularity import logs
from nn_modularity.datasets import dataset_file


def main(job):
    dataset = dataset_file.adopt(job.input.own, shape=job.params.dataset["shape"])
    dataset_file.write(job.output.dataset, dataset)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
