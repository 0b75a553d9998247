"""Draw the N-cuts of untrained networks."""

from nn_modularity import files, logs
from nn_modularity.figures import nulls, style


def main(job):
    ncuts = files.read_arrays(job.input.ncuts, "ncuts")["ncuts"]
    style.save(nulls.random_initialisation(ncuts), job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
