"""Draw which sub-module depends on which, layer by layer."""

import pandas as pd
from nn_modularity import logs
from nn_modularity.figures import dependencies, lesion_inputs, style


def main(job):
    single = pd.read_csv(job.input.single)
    figure = dependencies.dependency_graph(single, pd.read_csv(job.input.dependencies))
    style.note_incomplete(figure, [lesion_inputs.is_complete(job.input.data)])
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
