"""Draw the accuracy without every sub-module among those without its random twins."""

import pandas as pd
from nn_modularity import logs
from nn_modularity.figures import lesion_inputs, style, swarms


def main(job):
    table = pd.read_csv(job.input.table)
    accuracies = lesion_inputs.accuracies(job.input.counts)
    figure = swarms.swarm(table, accuracies)
    style.note_incomplete(figure, [lesion_inputs.is_complete(job.input.data)])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
