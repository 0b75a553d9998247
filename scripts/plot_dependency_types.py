"""Draw the conditional effects of pairs in both directions, by type of dependency."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.figures import dependencies, style


def main(job):
    figure = dependencies.dependency_types(pd.read_csv(job.input.dependencies))
    style.note_incomplete(figure, [files.read_attributes(job.input.data)["complete"]])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
