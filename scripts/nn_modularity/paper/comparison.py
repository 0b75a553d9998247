"""The published numbers beside ours: mean, spread and range of each, and a plain verdict."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

CELL = ["table", "model", "k", "quantity"]
INSIDE, BELOW, ABOVE = "inside", "below", "above"
NO_RANGE, NOT_COMPARABLE = "no published range", "not comparable"
SOURCE = "arXiv 2003.04881 (2020), notebooks of the first implementation"
PUBLISHED_SHUFFLES = {
    "lesion": 100,
    "joint lesion": 50,
    "conditional lesion": 50,
    "dependencies": 50,
}
"""Random lesions by table; the others don't depend on a number of them."""
TABLES = ("stability", *PUBLISHED_SHUFFLES, "learning curve")


def compare(
    published: pd.DataFrame,
    own: pd.DataFrame,
    remarks: pd.DataFrame,
    published_source: str = SOURCE,
) -> pd.DataFrame:
    """Compare every cell that both have.

    Parameters
    ----------
    published, own : DataFrame
        Long tables, see `published_numbers`; `own` also has ``source``, the file of its values.
    remarks : DataFrame
        By ``table, model``: ``data_complete`` (bool) and ``why_not``, why the two are not
        comparable; empty where they are.
    published_source : str
        Where the published numbers stand.

    Returns
    -------
    DataFrame
        A row a cell: `CELL`; ``published_`` and ``own_`` ``mean, std`` (n − 1 in the denominator),
        ``min, max, n``; ``difference`` of the means, also in published standard deviations;
        ``verdict`` on our mean, which is `INSIDE` the published range, `BELOW` or `ABOVE` it,
        `NO_RANGE` where one value was published, `NOT_COMPARABLE`; ``n_inside``, how many of our
        values lie in the published range; ``data_complete, why_not``; the sources.
    """
    theirs = _spread(published, "published")
    ours = _spread(own, "own").join(own.groupby(CELL, sort=False)["source"].first())
    table = theirs.join(ours, how="inner")
    inside = own.join(theirs, on=CELL, how="inner")
    inside = inside[inside["value"].between(inside["published_min"], inside["published_max"])]
    table["n_inside"] = inside.groupby(CELL).size().reindex(table.index, fill_value=0)
    table["difference"] = table["own_mean"] - table["published_mean"]
    with np.errstate(divide="ignore", invalid="ignore"):
        in_std = table["difference"] / table["published_std"]
    table["difference_in_std"] = in_std.replace([np.inf, -np.inf], np.nan)
    table = table.reset_index().merge(remarks, on=["table", "model"], how="left")
    table["verdict"] = np.select(
        [
            table["why_not"] != "",
            table["published_n"] == 1,
            table["own_mean"] < table["published_min"],
            table["own_mean"] > table["published_max"],
        ],
        [NOT_COMPARABLE, NO_RANGE, BELOW, ABOVE],
        INSIDE,
    )
    table["published_source"] = published_source
    statistics = ("mean", "std", "min", "max", "n")
    columns = [*CELL, *(f"published_{name}" for name in statistics)]
    columns += [*(f"own_{name}" for name in statistics), "n_inside", "difference"]
    columns += ["difference_in_std", "verdict", "data_complete", "why_not", "published_source"]
    return table.rename(columns={"source": "own_source"})[[*columns, "own_source"]]


def why_not(recipe: Mapping[str, Any], published: Mapping[str, Any], is_complete: bool) -> str:
    """Why a model's numbers are not comparable with the published ones; empty if they are.

    Parameters
    ----------
    recipe, published : mapping
        How the networks were trained; keys as in ``recipes.csv``.
    is_complete : bool
        Whether the dataset is all of the published one.
    """
    reasons = [] if is_complete else ["the data is a subset of the published dataset"]
    if not recipe:
        return "; ".join([*reasons, "the network was trained elsewhere"])
    reasons += [
        f"{name} {recipe.get(name)}, published {value}"
        for name, value in published.items()
        if not _is_same(recipe.get(name), value)
    ]
    return "; ".join(reasons)


def remarks(
    own_recipes: Mapping[str, Mapping[str, Any]],
    recipes: pd.DataFrame,
    complete: Mapping[str, bool],
    n_shuffles: Mapping[str, int],
) -> pd.DataFrame:
    """Why cells are not comparable, by table and model; see `compare`.

    Parameters
    ----------
    own_recipes : mapping
        Ours by model, empty for networks that were trained elsewhere.
    recipes : DataFrame
        Published recipes, a row a model.
    complete : mapping
        Whether the dataset is all of the published one, by model.
    n_shuffles : mapping
        Random lesions of ours, by table.
    """
    rows = []
    for model in recipes.index.intersection(list(complete)):
        published_recipe = recipes.loc[model].to_dict()
        reasons = why_not(own_recipes[model], published_recipe, complete[model])
        for table in TABLES:
            own, published = n_shuffles.get(table), PUBLISHED_SHUFFLES.get(table)
            differ = f"{own} random lesions, published {published}" if own != published else ""
            why = "; ".join(filter(None, [reasons, differ]))
            rows.append((table, model, complete[model], why))
    return pd.DataFrame(rows, columns=["table", "model", "data_complete", "why_not"])


def _spread(values: pd.DataFrame, prefix: str) -> pd.DataFrame:
    grouped = values.groupby(CELL, sort=False)["value"]
    table = grouped.agg(["mean", "std", "min", "max", "count"])
    return table.rename(columns={"count": "n"}).add_prefix(f"{prefix}_")


def _is_same(found: Any, published: Any) -> bool:
    if pd.isna(published):
        return found is None or pd.isna(found)
    return found is not None and float(found) == float(published)
