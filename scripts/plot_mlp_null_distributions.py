"""Draw the N-cuts of shuffled networks beside the networks' own."""

from nn_modularity import logs
from nn_modularity.figures import inputs, nulls, style


def main(job):
    networks = inputs.null_distributions(job.input, **job.params.nulls)
    figure = nulls.null_distributions(networks)
    style.note_incomplete(figure, (network.data_complete for network in networks))
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
