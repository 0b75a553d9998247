"""Classes of sub-modules by what their lesion does. arXiv 2003.04881, section 4.2."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nn_modularity.vocabulary import (
    COMPLETE,
    DIFFERENT_ONLY,
    IMPORTANT,
    LEAST_IMPORTANT,
    OTHER,
    PRUNABLE,
    SIGNIFICANT_ONLY,
    SMALL,
)


@dataclass(frozen=True)
class Rule:
    """Thresholds of the taxonomy.

    Attributes
    ----------
    n_shuffles : int
        Size of the null distribution; significant is p < α = 1 / n_shuffles. The smallest
        possible p is 1 / (n_shuffles + 1), so: no random lesion did as much harm.
    delta : float
        Change of accuracy that matters, −0.01 for one percentage point lost.
    small : int
        Largest number of neurons that is too small to interpret.
    ties : {"counted", "ignored"}
        Whether p counts random lesions that did exactly as much harm. Published: ignored; then a
        lesion that changes nothing can come out as significant.
    """

    n_shuffles: int
    delta: float = -0.01
    small: int = 12
    ties: Literal["counted", "ignored"] = "counted"

    @property
    def alpha(self) -> float:
        """Level of significance."""
        return 1 / self.n_shuffles


def classify(
    pvalue: np.ndarray,
    diff: np.ndarray,
    n_neurons: np.ndarray,
    proportion: np.ndarray,
    rule: Rule,
) -> np.ndarray:
    """Class of every sub-module.

    Parameters
    ----------
    pvalue : (n,) float
    diff : (n,) float
        Accuracy with the lesion minus accuracy without.
    n_neurons : (n,) int
    proportion : (n,) float
        Share of the layer's non-isolated neurons.
    rule : Rule

    Returns
    -------
    (n,) str
        One of `vocabulary.CLASSES`.
    """
    by_effect = classify_effects(pvalue, diff, rule)
    return np.select([proportion == 1, n_neurons <= rule.small], [COMPLETE, SMALL], by_effect)


def classify_effects(pvalue: np.ndarray, diff: np.ndarray, rule: Rule) -> np.ndarray:
    """Class by significance and effect alone, as for pairs of sub-modules.

    Parameters
    ----------
    pvalue, diff : float arrays of one shape
    rule : Rule

    Returns
    -------
    array of str, of that shape
    """
    significant = pvalue < rule.alpha
    never_worse = pvalue == 1
    return np.select(
        [
            significant & (diff <= rule.delta),
            never_worse & (diff > rule.delta),
            never_worse & (diff <= rule.delta),
            significant,
            ~significant & (diff < rule.delta),
        ],
        [IMPORTANT, PRUNABLE, LEAST_IMPORTANT, SIGNIFICANT_ONLY, DIFFERENT_ONLY],
        OTHER,
    )
