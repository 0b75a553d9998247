"""Lesion every sub-module of one network, beside random lesions of the same sizes.

Makes a table, a row a sub-module, and the counts of correctly classified images behind it.
"""

from functools import partial

from nn_modularity import files, logs, pieces, seeds
from nn_modularity.lesions import single, taxonomy
from nn_modularity.networks import weights
from nn_modularity.tables import lesions


def main(job):
    settings = job.params.lesion
    seed, place = settings["seed"], settings["place"]
    rule = taxonomy.Rule(**settings["rule"])
    labels = files.read_arrays(job.input.clustering, "labels")["labels"]
    images = files.read_arrays(job.input.dataset, "X_test", "y_test")
    subject = single.examine(weights.read(job.input.network), images["X_test"], images["y_test"])
    trials = range(rule.n_shuffles)
    generators = [seeds.generator(seed, "lesion", *place, trial) for trial in trials]

    fingerprint = pieces.fingerprint(job.input, job.params.code, settings)
    with pieces.Store(job.output.table, fingerprint) as store:
        map_pieces = partial(store.map, workers=job.threads, description="Lesions")
        test = single.single_test(subject, labels, generators, map_pieces)
        files.write_arrays(job.output.counts, vars(test))
        files.write_csv(job.output.table, lesions.single(test, rule))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
