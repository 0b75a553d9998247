"""Tables of single lesions: accuracies against those of random twins, and what class it makes."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nn_modularity import accuracy, significance
from nn_modularity.lesions import taxonomy
from nn_modularity.lesions.results import SingleTest

SHORT = {"accuracy": "acc", "margin": "margin", "f1": "f1", "r2": "r2"}
"""What columns by class are called, by the score."""


def score_of(table: pd.DataFrame) -> str:
    """The score that a table of single lesions is about, one of `SHORT`."""
    found = [score for score, short in SHORT.items() if f"intact_{short}_0" in table.columns]
    return found[0] if found else "accuracy"


def single(test: SingleTest, rule: taxonomy.Rule) -> pd.DataFrame:
    """Single lesions, a row a sub-module.

    `corrected_pvalue` is the published one, which counts only random lesions that are strictly
    worse; `pvalue` counts ties too. The name is historical: it is not corrected for the number of
    tests. `p_fwer` (family-wise error) and `pvalue_bh` (false discovery rate) are, for all
    sub-modules of the table; they count ties. `near_chance` is of the intact network.
    """
    n_images = test.class_sizes.sum()
    correct, null = test.lesioned.sum(axis=1), test.null.sum(axis=2)
    # From counts, so that a change of exactly δ is δ.
    diff = (correct - test.intact.sum()) / n_images
    proportion = test.n_neurons / test.n_in_layer
    found = against_null(correct, null, n_images)
    pvalue = taxonomy_pvalue(found, rule)
    with np.errstate(invalid="ignore"):  # a class without images
        by_class = test.lesioned / test.class_sizes
        intact_by_class = test.intact / test.class_sizes
    columns = {
        "layer": test.layer,
        "label": test.label,
        "diff": diff,
        "corrected_pvalue": found["corrected_pvalue"],
        "label_in_layer_proportion": proportion,
        "true": found["true"],
        "taxonomy": taxonomy.classify(pvalue, diff, test.n_neurons, proportion, rule),
        **{name: found[name] for name in ("mean", "std", "z_score")},
        "n_layer_label": test.n_neurons,
        "pvalue": found["pvalue"],
        "p_fwer": significance.family_wise_pvalues(null, correct),
        "pvalue_bh": significance.benjamini_hochberg(found["pvalue"]),
        "intact": test.intact.sum() / n_images,
        "n_shuffles": len(test.null),
        "near_chance": test.score == "accuracy"
        and accuracy.is_near_chance(test.intact.sum(), test.class_sizes),
    }
    short = SHORT[test.score]
    for number, share in enumerate(by_class.T):
        columns[f"{short}_{number}"] = share
    for number, intact in enumerate(intact_by_class):
        columns[f"intact_{short}_{number}"] = intact
    return pd.DataFrame(columns)


def against_null(
    correct: np.ndarray, null: np.ndarray, n_images: int | np.ndarray
) -> dict[str, np.ndarray]:
    """Statistics of damaged networks in their null distributions.

    Parameters
    ----------
    correct : (n,) int
        Correctly classified images.
    null : (n_shuffles, n) int
    n_images : int

    Returns
    -------
    dict of (n,) float
        `corrected_pvalue` (ties ignored), `true, mean, std, z_score, pvalue` (ties counted).
    """
    return {
        "corrected_pvalue": significance.left_pvalues(null, correct, ties="ignored"),
        "true": correct / n_images,
        "mean": null.mean(axis=0) / n_images,
        "std": null.std(axis=0, ddof=1) / n_images,
        "z_score": significance.z_scores(null, correct),
        "pvalue": significance.left_pvalues(null, correct, ties="counted"),
    }


def taxonomy_pvalue(found: Mapping[str, np.ndarray], rule: taxonomy.Rule) -> np.ndarray:
    """The p-values that `rule` goes by."""
    return found["pvalue" if rule.ties == "counted" else "corrected_pvalue"]
