"""Draw what a sub-module's loss changes where another is lost, against other changes."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.figures import double_lesion, style


def main(job):
    single = pd.read_csv(job.input.single)
    conditional = pd.read_csv(job.input.conditional)
    figure = double_lesion.conditional_scatter(single, conditional)
    style.note_incomplete(figure, [files.read_attributes(job.input.data)["complete"]])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
