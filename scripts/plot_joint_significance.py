"""Draw which pairs are important together, and which are so alone."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.figures import double_lesion, style


def main(job):
    single = pd.read_csv(job.input.single)
    joint = pd.read_csv(job.input.joint)
    figure = double_lesion.joint_significance(single, joint)
    style.note_incomplete(figure, [files.read_attributes(job.input.data)["complete"]])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
