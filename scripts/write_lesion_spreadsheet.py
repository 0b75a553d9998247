"""Write the spreadsheet of single lesions: a summary, a sheet a model, provenance, columns."""

import pandas as pd

from nn_modularity import logs
from nn_modularity.clustering.results import Clusters
from nn_modularity.lesions import taxonomy
from nn_modularity.workbooks import lesions, origins, spreadsheets


def main(job):
    settings, given = job.params.spreadsheet, job.input
    models = [
        lesions.TestedModel(
            origin=origins.read(given.networks[i], given.data[i], **row),
            k=settings["k"],
            ncut=Clusters.read(given.clusterings[i]).ncut,
            table=pd.read_csv(given.lesions[i]),
        )
        for i, row in enumerate(settings["models"])
    ]
    rule = taxonomy.Rule(**settings["rule"])
    sheets = lesions.sheets(models, rule, settings["seed"], origins.software())
    spreadsheets.write(job.output.spreadsheet, sheets)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
