"""Write the spreadsheet of double lesions: eight sheets a model, summary, provenance, columns."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.lesions import taxonomy
from nn_modularity.workbooks import origins, pairs, spreadsheets

TABLES = ("single", "control", "joint", "conditional", "dependencies", "paths")


def main(job):
    settings = job.params.spreadsheet
    models = [
        pairs.TestedPairs(
            origin=origins.read(job.input.networks[i], job.input.data[i], **row),
            k=settings["k"],
            ncut=float(files.read_arrays(job.input.clusterings[i], "ncut")["ncut"]),
            **{name: pd.read_csv(job.input[name][i]) for name in TABLES},
        )
        for i, row in enumerate(settings["models"])
    ]
    rule, single_rule = (taxonomy.Rule(**settings[name]) for name in ("rule", "single_rule"))
    software = origins.software()
    sheets = pairs.sheets(models, rule, single_rule, settings["seed"], software)
    spreadsheets.write(job.output.spreadsheet, sheets)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
