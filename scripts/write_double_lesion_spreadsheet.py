"""Write the spreadsheet of double lesions: eight sheets a model, summary, provenance, columns."""

import pandas as pd

from nn_modularity import logs
from nn_modularity.clustering.results import Clusters
from nn_modularity.lesions import taxonomy
from nn_modularity.workbooks import origins, pairs, spreadsheets

TABLES = ("single", "control", "joint", "conditional", "dependencies", "paths")


def main(job):
    settings, given = job.params.spreadsheet, job.input
    models = [
        pairs.TestedPairs(
            origin=origins.read(given.networks[i], given.data[i], **row),
            k=settings["k"],
            ncut=Clusters.read(given.clusterings[i]).ncut,
            **{name: pd.read_csv(given[name][i]) for name in TABLES},
        )
        for i, row in enumerate(settings["models"])
    ]
    rule, single_rule = (taxonomy.Rule(**settings[name]) for name in ("rule", "single_rule"))
    sheets = pairs.sheets(models, rule, single_rule, settings["seed"], origins.software())
    spreadsheets.write(job.output.spreadsheet, sheets)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
