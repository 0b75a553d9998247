"""The study's own numbers in the form of the published ones; see `published_numbers`.

Sub-modules and pairs are classed as published here: by the p-value that ignores ties.
"""

import numpy as np
import pandas as pd

from nn_modularity import vocabulary
from nn_modularity.lesions import dependencies, taxonomy
from nn_modularity.paper import published_numbers

PUBLISHED_STAGE = "pruned"


def stability(table: pd.DataFrame) -> pd.DataFrame:
    """Pruned instances of ``mlp-clustering-stability*.csv``, a long table."""
    table = table[~table["is_unpruned"]].rename(columns={"K": "k"})
    missing = [name for name in published_numbers.STABILITY if name not in table]
    return published_numbers.stability(table.assign(**dict.fromkeys(missing, np.nan)))


def single(table: pd.DataFrame, rule: taxonomy.Rule, model: str, k: int) -> pd.DataFrame:
    """Classes of the sub-modules of ``lesion/{model}.csv`` counted, a long table."""
    counts = with_published_classes(table, rule)["taxonomy"].value_counts()
    row = {
        **_place(model, k),
        **{name: counts.get(name, 0) for name in vocabulary.CLASSES},
        "n_sub_modules": len(table),
        "intact": table["intact"].iloc[0],
    }
    return published_numbers.single_classes(pd.DataFrame([row]))


def pairs(
    single: pd.DataFrame,
    joint: pd.DataFrame,
    conditional: pd.DataFrame,
    rule: taxonomy.Rule,
    single_rule: taxonomy.Rule,
    model: str,
    k: int,
) -> pd.DataFrame:
    """Joint lesions, conditional ones and dependencies of one model counted, a long table.

    Parameters
    ----------
    single, joint, conditional : DataFrame
        The tables of ``double-lesion/{model}``.
    rule, single_rule : taxonomy.Rule
        Of pairs, and of single lesions.
    """
    single = with_published_classes(single, single_rule)
    conditional = with_published_conditional_classes(conditional, rule, single_rule)
    flags = joint_flags(single, joint, rule)
    place = _place(model, k)
    conditional_counts = conditional.groupby("taxonomy").size().rename("n").reset_index()
    found = dependencies.dependencies(single, conditional)
    joint_counts = _count(flags, published_numbers.JOINT_FLAGS, "n_pairs")
    types = _count(found, published_numbers.DEPENDENCY_FLAGS, "n")
    return pd.concat(
        [
            published_numbers.joint_importance(joint_counts.assign(**place)),
            published_numbers.conditional_classes(conditional_counts.assign(**place)),
            published_numbers.dependency_types(types.assign(**place)),
        ],
        ignore_index=True,
    )


def learning_curves(table: pd.DataFrame, k: int) -> pd.DataFrame:
    """Metrics by epoch of ``mlp-learning-curve.csv``, a long table."""
    return published_numbers.learning_curves(table.assign(k=k, run="0"))


def data_complete(table: pd.DataFrame) -> dict[str, bool]:
    """Whether the data is all of the published dataset, by model of a table that says it."""
    return {
        str(model): bool(flags.all()) for model, flags in table.groupby("model")["data_complete"]
    }


def with_published_classes(table: pd.DataFrame, rule: taxonomy.Rule) -> pd.DataFrame:
    """Single lesions, classed by the published p-value."""
    classes = taxonomy.classify(
        table["corrected_pvalue"].to_numpy(),
        table["diff"].to_numpy(),
        table["n_layer_label"].to_numpy(),
        table["label_in_layer_proportion"].to_numpy(),
        rule,
    )
    return table.assign(taxonomy=classes)


def with_published_conditional_classes(
    table: pd.DataFrame, rule: taxonomy.Rule, single_rule: taxonomy.Rule
) -> pd.DataFrame:
    """Conditional lesions, classed by the published p-value; the diagonal is the single test."""
    pvalue, s = table["corrected_pvalue"].to_numpy(), table["s"].to_numpy()
    classes = np.where(
        table["diagonal"].to_numpy(dtype=bool),
        taxonomy.classify_effects(pvalue, s, single_rule),
        taxonomy.classify_effects(pvalue, s, rule),
    )
    return table.assign(taxonomy=classes)


def joint_flags(single: pd.DataFrame, joint: pd.DataFrame, rule: taxonomy.Rule) -> pd.DataFrame:
    """Whether the first, the second and both of every pair are important; `JOINT_FLAGS`."""
    is_important = single.set_index(["layer", "label"])["taxonomy"] == vocabulary.IMPORTANT
    pair_classes = taxonomy.classify_effects(
        joint["corrected_pvalue"].to_numpy(), joint["diff"].to_numpy(), rule
    )
    alone = [
        is_important.loc[list(zip(joint[f"{which}_layer"], joint[f"{which}_label"], strict=True))]
        for which in ("first", "second")
    ]
    columns = [*(flags.to_numpy() for flags in alone), pair_classes == vocabulary.IMPORTANT]
    return pd.DataFrame(dict(zip(published_numbers.JOINT_FLAGS, columns, strict=True)))


def _place(model: str, k: int) -> dict[str, str | int]:
    return {"model": model, "k": k, "run": "0"}


def _count(table: pd.DataFrame, flags: list[str], name: str) -> pd.DataFrame:
    """Rows by flags, every combination of them."""
    combinations = pd.MultiIndex.from_product([[False, True]] * len(flags), names=flags)
    counts = table[flags].astype(bool).value_counts()
    return counts.reindex(combinations, fill_value=0).rename(name).reset_index()
