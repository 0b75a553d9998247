"""Draw which sub-module depends on which, layer by layer."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.figures import dependencies, style


def main(job):
    single = pd.read_csv(job.input.single)
    figure = dependencies.dependency_graph(single, pd.read_csv(job.input.dependencies))
    style.note_incomplete(figure, [files.read_attributes(job.input.data)["complete"]])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
