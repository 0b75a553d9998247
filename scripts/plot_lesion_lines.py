"""Draw accuracies by class of images: a panel a sub-module, with its random twins."""

import pandas as pd
from nn_modularity import logs
from nn_modularity.figures import lesion, lesion_inputs, style


def main(job):
    table = pd.read_csv(job.input.table)
    accuracies = lesion_inputs.accuracies(job.input.counts)
    figure = lesion.lines(table, accuracies)
    style.note_incomplete(figure, [lesion_inputs.is_complete(job.input.data)])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
