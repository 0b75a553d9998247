"""Bind the drawings of one network, unpruned beside pruned, into a PDF."""

from nn_modularity import logs
from nn_modularity.figures import clustering_report
from nn_modularity.figures.parts import style


def main(job):
    drawing = clustering_report.read(job.input, **job.params.settings)
    pages = clustering_report.pages(drawing)
    for page in pages:
        style.note_incomplete(page, drawing.data_complete)
    style.save_pages(pages, job.output.pdf)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
