"""Write the page of one network: what it is, how modular, and what lesions of it do."""

from nn_modularity import files, logs
from nn_modularity.pages import page, subject
from nn_modularity.workbooks import origins


def main(job):
    settings = job.params.page
    found = subject.read(job.input, **settings["subject"])
    text = page.html(
        found,
        page.figures_of(job.input.figures),
        command=settings["command"],
        software=origins.software(),
    )
    with files.atomic(job.output.page) as temporary:
        temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
