"""Where an observation lies among those of a null distribution."""

import numpy as np
from scipy import stats


def left_pvalues(null: np.ndarray, observed: np.ndarray, *, ties: str) -> np.ndarray:
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


def z_scores(null: np.ndarray, observed: np.ndarray) -> np.ndarray:
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


def holm(pvalues: np.ndarray) -> np.ndarray:
    """p-values adjusted for all of them, family-wise error. Holm (1979).

    Parameters
    ----------
    pvalues : (n,) float64
    """
    order = np.argsort(pvalues, kind="stable")
    n_left = np.arange(len(pvalues), 0, -1)
    adjusted = np.empty(len(pvalues))
    adjusted[order] = np.minimum(np.maximum.accumulate(pvalues[order] * n_left), 1)
    return adjusted


def benjamini_hochberg(pvalues: np.ndarray) -> np.ndarray:
    """p-values adjusted for all of them, false discovery rate. Benjamini & Hochberg (1995).

    Parameters
    ----------
    pvalues : (n,) float64
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
    low = stats.beta.ppf(tail, n_below, n - n_below + 1) if n_below > 0 else 0.0
    high = stats.beta.ppf(1 - tail, n_below + 1, n - n_below) if n_below < n else 1.0
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
