"""Permute a clustering's labels within each hidden layer: what sub-modules of chance look like."""

from nn_modularity import files, logs, seeds
from nn_modularity.lesions import sub_modules


def main(job):
    settings = job.params.control
    clustering = files.read_arrays(job.input.clustering, "labels", "widths")
    generator = seeds.generator(*settings["seed_path"])
    labels = sub_modules.permute(clustering["labels"], clustering["widths"], generator)
    files.write_arrays(job.output.clustering, {"labels": labels, "widths": clustering["widths"]})


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
