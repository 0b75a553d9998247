"""Go on with a null distribution of one network where a shorter one ends."""

from functools import partial

from nn_modularity import logs, pieces
from nn_modularity.clustering import null_models
from nn_modularity.clustering.results import NullDistribution
from nn_modularity.graphs import of_files


def main(job):
    settings = job.params.nulls
    network = of_files.read(job.input.network, **settings["graph"])
    known = NullDistribution.read(job.input.nulls)
    fingerprint = pieces.fingerprint(job.input, job.params.code, settings)
    with pieces.Store(job.output.nulls, fingerprint) as store:
        map_pieces = partial(store.map, workers=job.threads)
        more = null_models.distribution(network, settings, map_pieces, first=len(known.ncuts))
        known.continued(more).write(job.output.nulls)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
