"""The spreadsheet of single lesions: a summary, a sheet a model, where it all comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nn_modularity.lesions import taxonomy
from nn_modularity.vocabulary import CLASSES
from nn_modularity.workbooks import binding, columns
from nn_modularity.workbooks.binding import Leaf, Tested
from nn_modularity.workbooks.spreadsheets import Sheet

LEVEL = 0.05
"""Of significance after a correction for many tests."""


@dataclass(frozen=True, eq=False)
class TestedModel(Tested):
    """A network whose sub-modules were lesioned one by one.

    Attributes
    ----------
    table : DataFrame
        `tables.lesions.single`.
    """

    table: pd.DataFrame


def sheets(
    models: Sequence[TestedModel], rule: taxonomy.Rule, seed: int, software: Mapping[str, str]
) -> list[Sheet]:
    """All sheets, in the order in which they are read."""
    overview, meanings = summary(models, rule), binding.class_meanings(rule)
    origin = binding.provenance(models, seed, rule, software)
    sections = {
        "a model's sheet": leaves_of(models[0])[0].section if models else ([], columns.SINGLE),
        "summary": (list(overview), columns.SUMMARY | meanings),
        "provenance": (list(origin.table), columns.PROVENANCE),
        "taxonomy": (list(CLASSES), meanings),
    }
    return binding.bind(models, overview, leaves_of, origin, sections)


def leaves_of(model: TestedModel) -> list[Leaf]:
    """A model's one table."""
    return [Leaf("", model.table, 2, columns.SINGLE)]


def summary(models: Sequence[TestedModel], rule: taxonomy.Rule) -> pd.DataFrame:
    """A row a model; see `columns.SUMMARY`."""
    used = "pvalue" if rule.ties == "counted" else "corrected_pvalue"
    rows = []
    for model in models:
        table = model.table
        counts = table["taxonomy"].value_counts()
        rows.append(
            {
                **model.summary,
                "intact": table["intact"].iloc[0] if len(table) else float("nan"),
                "near_chance": bool(table["near_chance"].any()),
                "n_sub_modules": len(table),
                **{name: int(counts.get(name, 0)) for name in CLASSES},
                "n_significant": int((table[used] < rule.alpha).sum()),
                "n_significant_fwer": int((table["p_fwer"] < LEVEL).sum()),
                "n_significant_bh": int((table["pvalue_bh"] < LEVEL).sum()),
                "n_shuffles": rule.n_shuffles,
            }
        )
    return pd.DataFrame(rows)
