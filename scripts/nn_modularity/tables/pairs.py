"""Tables of double lesions: what a pair's loss does, jointly and one given the other."""

import numpy as np
import pandas as pd

from nn_modularity import significance, vocabulary
from nn_modularity.lesions import taxonomy
from nn_modularity.lesions.results import DoubleTest
from nn_modularity.tables.lesions import against_null, taxonomy_pvalue


def joint(test: DoubleTest, single: pd.DataFrame, rule: taxonomy.Rule) -> pd.DataFrame:
    """Joint lesions, a row a pair (i ≤ j); a sub-module with itself is lesioned alone.

    Pairs within one layer are marked; the study doesn't interpret them, and the corrections for
    many tests leave them out.

    Parameters
    ----------
    test : DoubleTest
    single : DataFrame
        `tables.lesions.single` of the same sub-modules, for the classes of the two.
    rule : taxonomy.Rule
    """
    first, second = np.triu_indices(len(test.layer))
    correct = test.lesioned[first, second]
    diff = (correct - test.intact) / test.n_images
    null = test.joint_null[:, first, second]
    found = against_null(correct, null, test.n_images)
    classes = taxonomy.classify_effects(taxonomy_pvalue(found, rule), diff, rule)
    within_layer = test.layer[first] == test.layer[second]
    columns = {
        "first_layer": test.layer[first],
        "first_label": test.label[first],
        "second_layer": test.layer[second],
        "second_label": test.label[second],
        "within_layer": within_layer,
        "diff": diff,
        **found,
        **_corrections(found["pvalue"], null, correct, ~within_layer),
        "taxonomy": classes,
        "important": classes == vocabulary.IMPORTANT,
        "n_shuffles": len(null),
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
        `tables.lesions.single` of the same sub-modules.
    rule, single_rule : taxonomy.Rule
        Of the pairs and of the diagonal, which may differ in their numbers of shuffles.
    """
    n = len(test.layer)
    i, j = np.divmod(np.arange(n * n), n)
    is_diagonal = i == j
    alone = np.diagonal(test.lesioned)
    base = np.where(is_diagonal, test.intact, alone[j])
    correct, null = test.lesioned[i, j], test.conditional_null[:, i, j]
    s = (correct - base) / test.n_images
    found = against_null(correct, null, test.n_images)
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
            "diff": (correct - test.intact) / test.n_images,
            **found,
            **_corrections(found["pvalue"], null, correct, ~within_layer),
            "taxonomy": classes,
            "important": classes == vocabulary.IMPORTANT,
            "n_shuffles": np.where(is_diagonal, single_rule.n_shuffles, len(null)),
        }
    )


def _corrections(
    pvalues: np.ndarray, null: np.ndarray, correct: np.ndarray, is_interpreted: np.ndarray
) -> dict[str, np.ndarray]:
    """Corrected p-values of the pairs that are interpreted, NaN for the others."""
    corrected = {name: np.full(len(is_interpreted), np.nan) for name in ("p_fwer", "pvalue_bh")}
    corrected["p_fwer"][is_interpreted] = significance.family_wise_pvalues(
        null[:, is_interpreted], correct[is_interpreted]
    )
    corrected["pvalue_bh"][is_interpreted] = significance.benjamini_hochberg(
        pvalues[is_interpreted]
    )
    return corrected
