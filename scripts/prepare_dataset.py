"""Make a published dataset's file from the first of its sources that has it."""

from pathlib import Path

from nn_modularity import logs, seeds
from nn_modularity.datasets import dataset_file, published, raw_folder, sources


def main(job):
    settings, where = job.params.dataset, job.params.search
    search = sources.Search(
        settings["name"],
        raw=raw_folder.of(settings["dataset"]),
        torchvision=where["torchvision"] and Path(where["torchvision"]).expanduser(),
        mirrors=where["mirrors"],
        timeout=where["timeout"],
    )
    found = sources.find(search, where["sources"])
    if found.complete:
        dataset = published.whole(search.published, found.members, found.source)
    else:
        rng = seeds.generator(settings["seed"], "dataset", settings["dataset"])
        dataset = published.embedded_subset(found.members, found.source, rng)
    dataset_file.write(job.output.dataset, dataset)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
