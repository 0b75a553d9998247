"""Check a dataset of the user's own and take it into the study."""

from nn_modularity import confinement, logs, seeds
from nn_modularity.datasets import dataset_file, own_datasets

SHARE = 4
"""Times its samples' bytes that reading and converting them takes."""


def main(job):
    settings, megabytes = job.params.dataset, job.resources.mem_mb
    rng = seeds.generator(settings["seed"], "dataset", settings["dataset"], "split")
    most = megabytes * confinement.MEGABYTE // SHARE

    def adopt():
        tests = str(job.input.tests) or None
        dataset = own_datasets.adopt(job.input.own, tests, settings, rng, most)
        dataset_file.write(job.output.dataset, dataset)

    confinement.run(
        adopt, subject=job.input.own, megabytes=megabytes, seconds=60 * job.resources.runtime
    )


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
