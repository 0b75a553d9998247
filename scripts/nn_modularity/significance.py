"""Where an observation lies among those of a null distribution."""

import numpy as np
from scipy import special


def left_pvalues(null: np.ndarray, observed: np.ndarray | float, *, ties: str) -> np.ndarray:
    """Share of the null distribution below the observation, (#{null < x} + 1) / (n + 1).

    Parameters
    ----------
    null : (n, …) array
    observed : (…) array
    ties : {"counted", "ignored"}
        Whether null values equal to the observation count as below it. Published: ignored.

    Returns
    -------
    (…) float64
    """
    is_below = null <= observed if ties == "counted" else null < observed
    return (is_below.sum(axis=0) + 1) / (len(null) + 1)


def z_scores(null: np.ndarray, observed: np.ndarray | float) -> np.ndarray:
    """(x − mean) / std with n − 1 in the denominator; NaN where the null is one value.

    Parameters
    ----------
    null : (n, …) array
    observed : (…) array
    """
    std = null.std(axis=0, ddof=1)
    is_spread = np.ptp(null, axis=0) > 0
    return np.divide(
        observed - null.mean(axis=0), std, out=np.full(np.shape(std), np.nan), where=is_spread
    )


def family_wise_pvalues(null: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """p-values adjusted for all observations together, family-wise error, single-step min-z.

    p(s) = (#{trials: minₛ′ z′ₛ′ ≤ zₛ} + 1) / (n + 1), with every z by its own null distribution's
    mean and standard deviation: how often a trial's most extreme value is as extreme as this one.
    Where a trial is one joint draw of all values, their dependence is taken into account, and the
    smallest possible p is 1 / (n + 1) for however many observations.

    Parameters
    ----------
    null : (n, m) array
        A trial a row.
    observed : (m,) array

    Returns
    -------
    (m,) float64

    Notes
    -----
    A null of one value has no spread. An observation equal to it lies at its mean, z = 0, and one
    above it at infinity: both have p = 1. One below it counts as lying as far out as one of n
    values can lie from their mean, √(n − 1) standard deviations, where a trial lies that differs
    from all others.

    Westfall & Young (1993), section 2.3.
    """
    n = len(null)
    is_constant = np.ptp(null, axis=0) == 0
    mean = np.where(is_constant, null[0], null.mean(axis=0))
    spread = np.where(is_constant, 1, null.std(axis=0))
    beside = np.select([observed < mean, observed > mean], [-np.sqrt(n - 1), np.inf], 0.0)
    z = np.where(is_constant, beside, (observed - mean) / spread)
    most_extreme = ((null - mean) / spread).min(axis=1, initial=np.inf)
    # Equal z of different distributions differ by rounding.
    return left_pvalues(most_extreme[:, None], z + 1e-9, ties="counted")


def benjamini_hochberg(pvalues: np.ndarray) -> np.ndarray:
    """p-values adjusted for all of them, false discovery rate. Benjamini & Hochberg (1995).

    Parameters
    ----------
    pvalues : (n,) float64

    Notes
    -----
    The same as ``scipy.stats.false_discovery_control``, without half a second's import of
    ``scipy.stats`` in every job that makes a table.
    """
    order = np.argsort(pvalues, kind="stable")[::-1]
    n_above = np.arange(len(pvalues), 0, -1)
    adjusted = np.empty(len(pvalues))
    adjusted[order] = np.minimum.accumulate(pvalues[order] * len(pvalues) / n_above)
    return adjusted


def pvalue_interval(
    null: np.ndarray, observed: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Bounds on the p-value that infinitely many null values would give.

    Of n independent null values, a number that is binomial lies at or below the observation;
    the interval is Clopper and Pearson's (1934), exact and conservative.

    Parameters
    ----------
    null : (n,) array
    observed : float
    confidence : float
    """
    n, n_below = len(null), int((null <= observed).sum())
    tail = (1 - confidence) / 2
    low = special.betaincinv(n_below, n - n_below + 1, tail) if n_below > 0 else 0.0
    high = special.betaincinv(n_below + 1, n - n_below, 1 - tail) if n_below < n else 1.0
    return float(low), float(high)


def cohens_d(first: np.ndarray, second: np.ndarray) -> float:
    """Difference of two samples' means in pooled standard deviations. Cohen (1988).

    Parameters
    ----------
    first, second : (n,), (m,) float64

    Returns
    -------
    float
        (mean₁ − mean₂) / √(((n − 1) s₁² + (m − 1) s₂²) / (n + m − 2)); NaN where that is 0.
    """
    n, m = len(first), len(second)
    if n + m < 3:
        return float("nan")
    squares = ((first - first.mean()) ** 2).sum() + ((second - second.mean()) ** 2).sum()
    pooled = np.sqrt(squares / (n + m - 2))
    return float((first.mean() - second.mean()) / pooled) if pooled > 0 else float("nan")
