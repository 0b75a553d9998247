"""Make a dataset of pairs of images of another."""

from nn_modularity import logs
from nn_modularity.datasets import dataset_file, pairs


def main(job):
    settings = job.params.dataset
    made = pairs.pair(
        settings["dataset"],
        dataset_file.read(job.input.source),
        of=settings["of"],
        layout=settings["layout"],
        same=settings["same"],
        seed=settings["seed"],
    )
    dataset_file.write(job.output.dataset, made)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
