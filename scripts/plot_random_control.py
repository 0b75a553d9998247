"""Draw the single-lesion test beside that of a random labelling with equal sizes."""

import pandas as pd
from nn_modularity import logs
from nn_modularity.figures import lesion_inputs, style, swarms


def main(job):
    figure = swarms.random_control(
        pd.read_csv(job.input.table),
        lesion_inputs.accuracies(job.input.counts),
        pd.read_csv(job.input.control),
        lesion_inputs.accuracies(job.input.control_counts),
    )
    style.note_incomplete(figure, [lesion_inputs.is_complete(job.input.data)])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
