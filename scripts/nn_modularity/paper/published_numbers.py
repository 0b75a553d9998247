"""The published numbers, one value a row, as the comparison takes them.

Long tables have the columns `LONG`: where a number stands (``table, model, k, quantity``), which
network it is of (``run``), and its ``value``.
"""

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from nn_modularity import vocabulary
from nn_modularity.lesions.dependencies import dependency_type

LONG = ["table", "model", "k", "quantity", "run", "value"]
STABILITY = ["ncut", "train_acc", "train_loss", "test_acc", "test_loss"]
STABILITY += [
    f"{statistic}_{shuffle}"
    for shuffle in vocabulary.COMPARED_SHUFFLES
    for statistic in ("mean", "stdev", "z_score")
]
CURVES = ["ncut", "train_acc", "train_loss", "test_acc", "test_loss"]
JOINT_FLAGS = ["first_important", "second_important", "joint_important"]
DEPENDENCY_FLAGS = ["important_x_given_y", "important_y_given_x"]
PUBLISHED_K = 4  # of the learning curves


def read(folder: str | Path) -> pd.DataFrame:
    """All published numbers of a folder of data files (see its README), a long table."""
    folder = Path(folder)
    curves = pd.read_csv(folder / "learning-curves.csv").assign(run="1", k=PUBLISHED_K)
    return pd.concat(
        [
            stability(pd.read_csv(folder / "stability-instances.csv")),
            single_classes(pd.read_csv(folder / "lesion-classes.csv")),
            joint_importance(pd.read_csv(folder / "joint-importance.csv")),
            conditional_classes(pd.read_csv(folder / "conditional-classes.csv")),
            dependency_types(pd.read_csv(folder / "dependency-types.csv")),
            learning_curves(curves),
        ],
        ignore_index=True,
    )


def stability(table: pd.DataFrame) -> pd.DataFrame:
    """N-cuts and metrics of instances: ``model, k, instance`` and `STABILITY`."""
    return _melt(table.rename(columns={"instance": "run"}), "stability", STABILITY)


def single_classes(table: pd.DataFrame) -> pd.DataFrame:
    """Counts of sub-modules: ``model, k, run, n_sub_modules, intact`` and a column a class."""
    columns = {name: f"sub-modules: {name}" for name in vocabulary.CLASSES}
    columns |= {"n_sub_modules": "sub-modules", "intact": "intact accuracy"}
    return _melt(table.rename(columns=columns), "lesion", list(columns.values()))


def joint_importance(table: pd.DataFrame) -> pd.DataFrame:
    """Counts of pairs: ``model, k, run``, `JOINT_FLAGS`, ``n_pairs``; missing means none."""
    flags = list(itertools.product([False, True], repeat=3))
    keys = [table[name].astype(bool) for name in JOINT_FLAGS]
    table = table.assign(quantity=[_joint_name(*each) for each in zip(*keys, strict=True)])
    return _counts(table, "joint lesion", "n_pairs", [_joint_name(*each) for each in flags])


def conditional_classes(table: pd.DataFrame) -> pd.DataFrame:
    """Counts of ordered pairs by class: ``model, k, run, taxonomy, n``; missing means none."""
    names = [f"pairs: {name}" for name in vocabulary.BY_EFFECT]
    table = table.assign(quantity="pairs: " + table["taxonomy"])
    return _counts(table, "conditional lesion", "n", names)


def dependency_types(table: pd.DataFrame) -> pd.DataFrame:
    """Counts of pairs: ``model, k, run``, `DEPENDENCY_FLAGS`, ``n``; missing means none."""
    flags = list(itertools.product([False, True], repeat=2))
    keys = [table[name].astype(bool) for name in DEPENDENCY_FLAGS]
    table = table.assign(quantity=[_dependency_name(*each) for each in zip(*keys, strict=True)])
    return _counts(table, "dependencies", "n", [_dependency_name(*each) for each in flags])


def learning_curves(table: pd.DataFrame) -> pd.DataFrame:
    """Metrics by epoch: ``model, k, run, epoch`` and `CURVES`."""
    melted = table.melt(
        ["model", "k", "run", "epoch"], CURVES, var_name="quantity", value_name="value"
    )
    epochs = melted["epoch"].astype(int).astype(str)
    melted["quantity"] = melted["quantity"] + ", epoch " + epochs
    return melted.assign(table="learning curve", run=melted["run"].astype(str))[LONG]


def _melt(table: pd.DataFrame, name: str, quantities: Sequence[str]) -> pd.DataFrame:
    melted = table.melt(
        ["model", "k", "run"], quantities, var_name="quantity", value_name="value"
    ).dropna(subset="value")
    return melted.assign(table=name, run=melted["run"].astype(str))[LONG]


def _counts(table: pd.DataFrame, name: str, count: str, quantities: Iterable[str]) -> pd.DataFrame:
    """Counts by quantity; a run that was counted at all has 0 of what is missing."""
    by_run = table.pivot_table(
        index=["model", "k", "run"], columns="quantity", values=count, aggfunc="sum", fill_value=0
    )
    by_run = by_run.reindex(columns=list(quantities), fill_value=0).reset_index()
    return _melt(by_run, name, list(quantities))


def _joint_name(first: bool, second: bool, pair: bool) -> str:
    alone = {(0, 0): "neither", (1, 0): "the first", (0, 1): "the second", (1, 1): "each"}
    together = "important" if pair else "not important"
    return f"pairs: {alone[first, second]} important alone, together {together}"


def _dependency_name(is_x_important: bool, is_y_important: bool) -> str:
    return f"type {dependency_type(is_x_important, is_y_important)}"
