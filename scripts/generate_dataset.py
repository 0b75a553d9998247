"""Draw a dataset: LINE, CIRCLE or RANDOM."""

from nn_modularity import logs
from nn_modularity.datasets import dataset_file, generators


def main(job):
    settings = job.params.dataset
    dataset = generators.generate(
        settings["dataset"],
        settings["generator"],
        n_train=settings["n_train"],
        n_test=settings["n_test"],
        seed=settings["seed"],
    )
    dataset_file.write(job.output.dataset, dataset)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
