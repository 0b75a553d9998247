"""Copy a network that is seen as another graph under another tag."""

import shutil

from nn_modularity import files, logs


def main(job):
    with files.atomic(job.output.network) as temporary:
        shutil.copyfile(job.input.network, temporary)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
