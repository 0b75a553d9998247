"""Draw the N-cuts of shuffled networks beside the networks' own."""

from nn_modularity import files, logs
from nn_modularity.figures import inputs, nulls, style


def main(job):
    networks = inputs.null_distributions(job.input, **job.params.nulls)
    figure = nulls.null_distributions(networks)
    complete = [files.read_attributes(path)["complete"] for path in job.input.data]
    style.note_incomplete(figure, complete)
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
