"""Accuracies over the classes of images."""

import numpy as np
from matplotlib.axes import Axes


def draw_profile(axes: Axes, values: np.ndarray, **appearance) -> None:
    """Classes as a line, and the overall accuracy apart from them."""
    n_classes = len(values) - 1
    (line,) = axes.plot(np.arange(n_classes), values[:-1], marker="o", **appearance)
    axes.plot(
        n_classes + 0.5,
        values[-1],
        marker="D",
        linestyle="none",
        color=line.get_color(),
        markersize=line.get_markersize() + 0.5,
        zorder=line.get_zorder(),
    )


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
