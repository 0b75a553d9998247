"""Mix two datasets into one, with a flag that says which image is whose."""

from nn_modularity import logs
from nn_modularity.datasets import dataset_file, mixtures


def main(job):
    settings = job.params.dataset
    mixture = mixtures.mix(
        settings["dataset"],
        dataset_file.read(job.input.first),
        dataset_file.read(job.input.second),
        of=settings["of"],
        separated=settings["separated"],
        seed=settings["seed"],
    )
    dataset_file.write(job.output.dataset, mixture)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
