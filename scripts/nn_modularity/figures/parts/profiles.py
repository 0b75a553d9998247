"""Accuracies over the classes of images."""

import numpy as np
from matplotlib.axes import Axes
from scipy import optimize


def draw_profile(axes: Axes, values: np.ndarray, marker: str | None = None, **look) -> None:
    """Draw classes as a line, and the overall accuracy apart from them, in the same look."""
    n_classes = len(values) - 1
    look = {"markeredgewidth": 0, **look}
    axes.plot(np.arange(n_classes), values[:-1], marker=marker, **look)
    if marker:
        axes.plot(n_classes + 0.5, values[-1], marker=marker, **look)
    else:
        axes.plot(n_classes + 0.5 + np.array([-0.5, 0.5]), np.full(2, values[-1]), **look)


def label_classes(axes: Axes, n_classes: int, step: int) -> None:
    """Name every so many classes below the axes, and the accuracy over all of them."""
    shown = range(0, n_classes, step)
    axes.set_xticks([*shown, n_classes + 0.5], [*map(str, shown), "all"])
    axes.set_xlim(-0.6, n_classes + 1.1)
    axes.grid(axis="y")


def range_of(*parts: np.ndarray) -> tuple[float, float]:
    """Limits around all values, from a multiple of ten to one."""
    low = 10 * np.floor(min(np.nanmin(part) for part in parts) / 10)
    high = 10 * np.ceil(max(np.nanmax(part) for part in parts) / 10)
    margin = 0.04 * (high - low)
    return low - margin, high + margin


def apart(heights: np.ndarray, gap: float, low: float, high: float) -> np.ndarray:
    """Move heights (n,) as little as it takes to be at least `gap` apart and within limits.

    Least squares: what is left after taking off the gaps is a monotonic regression. Where the
    limits hold less than all gaps, the gaps shrink.
    """
    order = np.argsort(heights, kind="stable")
    gaps = min(gap, (high - low) / max(heights.size - 1, 1)) * np.arange(heights.size)
    free = optimize.isotonic_regression(heights[order] - gaps).x
    moved = np.empty(heights.size)
    moved[order] = np.clip(free, low, high - gaps[-1]) + gaps
    return moved
