"""Published numbers of what makes networks clusterable, beside ours; see `comparison`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from nn_modularity.paper import comparison, published_numbers

SOURCE = "dfilan/clusterability_in_neural_networks, commit 7260208 (2021-11-05)"
QUANTITIES = ["ncut", "mean", "stdev", "z_score", "train_acc", "train_loss", "test_acc"]
QUANTITIES += ["test_loss"]
SHUFFLE = "layer"
"""The published null model."""
TABLES = {True: "factors, unpruned", False: "factors, pruned"}
"""By ``is_unpruned``."""


def long(table: pd.DataFrame) -> pd.DataFrame:
    """Networks with ``model, is_unpruned, k, instance`` and `QUANTITIES` as a long table."""
    melted = table.melt(
        ["model", "is_unpruned", "k", "instance"], QUANTITIES, var_name="quantity"
    ).dropna(subset="value")
    found = melted.assign(table=melted["is_unpruned"].map(TABLES), run=melted["instance"].map(str))
    return found[published_numbers.LONG]


def compare(
    folder: str | Path, table: pd.DataFrame, recipes: Mapping[str, Mapping[str, Any]], source: str
) -> pd.DataFrame:
    """The published factors beside the study's.

    Parameters
    ----------
    folder : path
        Of the published numbers: ``factors.csv`` and ``factor-recipes.csv``.
    table : DataFrame
        Of ``results/factors.csv``.
    recipes : mapping
        How the study's networks were trained, by model.
    source : str
        The file of the study's numbers.

    Returns
    -------
    DataFrame
        See `comparison.compare`.
    """
    published = pd.read_csv(Path(folder) / "factors.csv")
    own = table[table["shuffle_method"] == SHUFFLE].rename(columns={"K": "k"})
    named = pd.read_csv(Path(folder) / "factor-recipes.csv", index_col="model")
    rows = []
    for model, is_complete in own.groupby("model")["data_complete"].all().items():
        if model in named.index:
            recipe = named.loc[model].to_dict()
            remark = recipe.pop("remark")
            why = comparison.why_not(recipes[str(model)], recipe, bool(is_complete))
            why = "; ".join(filter(None, [why, "" if pd.isna(remark) else remark]))
            rows += [(name, model, bool(is_complete), why) for name in TABLES.values()]
    remarks = pd.DataFrame(rows, columns=["table", "model", "data_complete", "why_not"])
    return comparison.compare(long(published), long(own).assign(source=source), remarks, SOURCE)
