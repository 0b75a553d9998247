"""Mix two datasets into one, with a flag that says which image is whose."""

from nn_modularity import datasets, logs, mixtures


def main(job):
    settings = job.params.dataset
    mixture = mixtures.mix(
        settings["dataset"],
        datasets.read(job.input.first),
        datasets.read(job.input.second),
        of=settings["of"],
        separated=settings["separated"],
        seed=settings["seed"],
    )
    datasets.write(job.output.dataset, mixture)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
