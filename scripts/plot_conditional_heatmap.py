"""Draw the accuracy lost with a sub-module where another is lost, as a heatmap."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.figures import double_lesion, style


def main(job):
    single = pd.read_csv(job.input.single)
    conditional = pd.read_csv(job.input.conditional)
    figure = double_lesion.conditional_heatmap(single, conditional)
    style.note_incomplete(figure, [files.read_attributes(job.input.data)["complete"]])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
