"""Make a published dataset's file from the first of its sources that has it."""

from nn_modularity import logs, seeds
from nn_modularity.datasets import dataset_file, published, raw_folder, sources


def main(job):
    settings = job.params.dataset
    search = sources.Search(
        settings["name"],
        raw=raw_folder.of(settings["dataset"]),
        mirrors=settings["mirrors"],
        timeout=settings["timeout"],
    )
    found = sources.find(search, settings["sources"])
    rng = seeds.generator(settings["seed"], "dataset", settings["dataset"])
    dataset = published.to_dataset(search.published, found.members, found.source, rng)
    dataset_file.write(job.output.dataset, dataset)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
