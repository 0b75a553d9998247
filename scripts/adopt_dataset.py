"""Check a dataset of the user's own and take it into the study."""

from nn_modularity import datasets, logs


def main(job):
    dataset = datasets.adopt(job.input.own, shape=job.params.dataset["shape"])
    datasets.write(job.output.dataset, dataset)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
