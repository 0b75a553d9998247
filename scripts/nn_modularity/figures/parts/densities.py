"""A histogram with the density behind it."""

import numpy as np
from matplotlib.axes import Axes
from scipy import stats


def histogram(axes: Axes, values: np.ndarray, bins: np.ndarray, colour: str) -> None:
    """Draw values as bars of area 1 in all, and their density where they differ."""
    axes.hist(values, bins, density=True, color=colour, alpha=0.35, edgecolor="none")
    if np.ptp(values) > 0:
        low, high = values.min(), values.max()
        margin = 0.15 * (high - low)
        at = np.linspace(low - margin, high + margin, 1000)
        axes.plot(at, _density(values, bins[1] - bins[0])(at), color=colour)


def _density(values: np.ndarray, bin_width: float) -> stats.gaussian_kde:
    """Kernel density estimate as wide as Silverman's rule has it, but no finer than the bars.

    The rule takes the quartiles, so that a few shuffles far away don't smear the bulk.
    """
    deviation = values.std(ddof=1)
    spread = min(deviation, stats.iqr(values) / 1.34)
    width = max(0.9 * spread * values.size**-0.2, bin_width / 2)
    return stats.gaussian_kde(values, width / deviation)
