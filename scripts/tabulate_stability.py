"""Tabulate the N-cuts of many instances of every model, and what they have in common."""

from nn_modularity import files, logs
from nn_modularity.tables import clustering, measurements


def main(job):
    n_shuffles = job.params.stability["n_shuffles"]
    if 1 / (n_shuffles + 1) >= clustering.LEVEL:
        logs.log.warning(
            "n_shuffles is %d: with fewer than 100 shuffles no p-value is below %s, so that no "
            "network counts as significant (is_sig)",
            *(n_shuffles, clustering.LEVEL),
        )
    networks = measurements.read_all(job.params.stability, job.input)
    files.write_csv(job.output.instances, clustering.stability(networks))
    files.write_csv(job.output.statistic, clustering.stability_statistic(networks))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
