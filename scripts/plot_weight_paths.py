"""Draw how strongly weights join sub-modules: as a graph and as a heatmap."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.figures import dependencies, style


def main(job):
    single = pd.read_csv(job.input.single)
    figure = dependencies.weight_paths(single, pd.read_csv(job.input.paths))
    style.note_incomplete(figure, [files.read_attributes(job.input.data)["complete"]])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
