"""Write the spreadsheet of single lesions: a summary, a sheet a model, provenance, columns."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.lesions import taxonomy
from nn_modularity.workbooks import lesions, origins, spreadsheets


def main(job):
    settings = job.params.spreadsheet
    models = []
    for row, network, data, clustering, table in zip(
        settings["models"],
        job.input.networks,
        job.input.data,
        job.input.clusterings,
        job.input.lesions,
        strict=True,
    ):
        models.append(
            lesions.TestedModel(
                origin=origins.read(network, data, **row),
                k=settings["k"],
                ncut=float(files.read_arrays(clustering, "ncut")["ncut"]),
                table=pd.read_csv(table),
            )
        )
    rule = taxonomy.Rule(**settings["rule"])
    software = origins.software()
    sheets = lesions.sheets(models, rule, settings["seed"], software)
    spreadsheets.write(job.output.spreadsheet, sheets)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
