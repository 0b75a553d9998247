"""Tables of double lesions: what a pair's loss does, jointly and one given the other."""

import numpy as np
import pandas as pd

from nn_modularity import significance
from nn_modularity.lesions import taxonomy
from nn_modularity.lesions.pairs import DoubleTest
from nn_modularity.tables.lesions import against_null, taxonomy_pvalue


def joint(test: DoubleTest, single: pd.DataFrame, rule: taxonomy.Rule) -> pd.DataFrame:
    """Joint lesions, a row a pair (i ≤ j); a sub-module with itself is lesioned alone.

    Pairs within one layer are marked; the study doesn't interpret them, and the corrections for
    many tests leave them out.

    Parameters
    ----------
    test : DoubleTest
    single : DataFrame
        `lesion_tables.single` of the same sub-modules, for the classes of the two.
    rule : taxonomy.Rule
    """
    first, second = np.triu_indices(len(test.layer))
    correct = test.lesioned[first, second]
    diff = (correct - test.intact) / test.n_images
    found = against_null(correct, test.joint_null[:, first, second], test.n_images)
    classes = taxonomy.classify_effects(taxonomy_pvalue(found, rule), diff, rule)
    within_layer = test.layer[first] == test.layer[second]
    columns = {
        "first_layer": test.layer[first],
        "first_label": test.label[first],
        "second_layer": test.layer[second],
        "second_label": test.label[second],
        "within_layer": within_layer,
        "diff": diff,
        **_with_corrections(found, ~within_layer),
        "taxonomy": classes,
        "important": classes == taxonomy.IMPORTANT,
        "n_shuffles": len(test.joint_null),
    }
    for name, number in (("first", first), ("second", second)):
        for column in ("diff", "taxonomy"):
            columns[f"{name}_{column}"] = single[column].to_numpy()[number]
    return pd.DataFrame(columns)


def conditional(
    test: DoubleTest, single: pd.DataFrame, rule: taxonomy.Rule, single_rule: taxonomy.Rule
) -> pd.DataFrame:
    """Conditional lesions i | j, a row an ordered pair: what i's loss does where j is lost.

    `s` is the accuracy without both minus that without j. On the diagonal stands the single test,
    classed by its effect alone.

    Parameters
    ----------
    test : DoubleTest
    single : DataFrame
        `lesion_tables.single` of the same sub-modules.
    rule, single_rule : taxonomy.Rule
        Of the pairs and of the diagonal, which may differ in their numbers of shuffles.
    """
    n = len(test.layer)
    i, j = np.divmod(np.arange(n * n), n)
    is_diagonal = i == j
    alone = np.diagonal(test.lesioned)
    base = np.where(is_diagonal, test.intact, alone[j])
    s = (test.lesioned[i, j] - base) / test.n_images
    found = against_null(test.lesioned[i, j], test.conditional_null[:, i, j], test.n_images)
    for name, values in found.items():
        values[is_diagonal] = single[name]
    pvalue = taxonomy_pvalue(found, rule)
    classes = np.where(
        is_diagonal,
        taxonomy.classify_effects(pvalue, s, single_rule),
        taxonomy.classify_effects(pvalue, s, rule),
    )
    within_layer = test.layer[i] == test.layer[j]
    return pd.DataFrame(
        {
            "layer": test.layer[i],
            "label": test.label[i],
            "given_layer": test.layer[j],
            "given_label": test.label[j],
            "within_layer": within_layer,
            "diagonal": is_diagonal,
            "s": s,
            "diff": (test.lesioned[i, j] - test.intact) / test.n_images,
            **_with_corrections(found, ~within_layer),
            "taxonomy": classes,
            "important": classes == taxonomy.IMPORTANT,
            "n_shuffles": np.where(is_diagonal, single_rule.n_shuffles, len(test.conditional_null)),
        }
    )


def _with_corrections(
    found: dict[str, np.ndarray], is_interpreted: np.ndarray
) -> dict[str, np.ndarray]:
    corrected = dict(found)
    for name, correct in (
        ("pvalue_holm", significance.holm),
        ("pvalue_bh", significance.benjamini_hochberg),
    ):
        corrected[name] = np.full(len(is_interpreted), np.nan)
        corrected[name][is_interpreted] = correct(found["pvalue"][is_interpreted])
    return corrected
