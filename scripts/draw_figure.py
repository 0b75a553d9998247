"""Draw one figure of the study, whose module the rule names, as PNG and SVG.

Such a module has two functions: ``read(inputs, **settings)`` returns what the figure shows, with
``data_complete``, a flag of every dataset that went into it; ``draw`` makes a figure of that.
"""

from importlib import import_module

from nn_modularity import logs
from nn_modularity.figures.parts import style


def main(job):
    module = import_module(job.params.module)
    shown = module.read(job.input, **job.params.settings)
    figure = module.draw(shown)
    style.note_incomplete(figure, shown.data_complete)
    style.save(figure, job.output.png, job.output.svg)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
