"""Swarms of random lesions with the true lesions among them, a row a sub-module."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity.figures.parts import style, submodules
from nn_modularity.figures.parts.single_tests import SingleTest

_ROW = 0.19  # inches of a sub-module
_BINS = 110
_STEP = 0.15  # rows
_LIMIT = 0.4  # rows


def height(test: SingleTest) -> float:
    """Inches that a panel needs, at least as many as the name of its axis."""
    return max(_ROW * len(test.table), 1.5)


def draw_swarm(axes: Axes, test: SingleTest) -> None:
    """Draw every sub-module's random lesions as points, its true one as a diamond."""
    table, accuracies = test.table, test.accuracies
    order = submodules.ordered(table)
    rows = table.iloc[order]
    null, true = accuracies.null[:, order, -1], accuracies.true[order, -1]
    intact = accuracies.intact[-1]
    everything = np.r_[null.ravel(), true, intact]
    bin_width = max(np.ptp(everything), 0.1) / _BINS
    submodules.shade_layers(axes, rows.layer)
    axes.axvline(intact, zorder=1, **submodules.INTACT)
    places = np.arange(len(rows))
    apart = [offsets(null[:, place], bin_width, _STEP, _LIMIT) for place in places]
    points = {"s": 3.5, "color": submodules.RANDOM, "linewidths": 0.15, "edgecolors": "#777777"}
    is_picture = null.size > style.MANY
    axes.scatter(null, np.transpose(apart) + places, zorder=2, rasterized=is_picture, **points)
    axes.scatter(
        true,
        places,
        s=22,
        marker=submodules.TRUE,
        c=submodules.colours(rows),
        edgecolors="black",
        linewidths=0.6,
        path_effects=submodules.HALO,
        zorder=3,
    )
    shares = [_percent(share) for share in rows.label_in_layer_proportion]
    ticks = [
        f"{name} ({share})" for name, share in zip(submodules.names(rows), shares, strict=True)
    ]
    axes.set_yticks(places, ticks)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set(xlabel=accuracies.label, ylabel="Sub-module\n(share of its layer's neurons)")


def draw_legend(figure: Figure, classes: Iterable[str]) -> None:
    """Put the legend of swarms above all panels."""
    point = {"marker": "o", "markersize": 2.5, "linestyle": "none", "color": submodules.RANDOM}
    handles = [
        Line2D([], [], **point, label="random lesions"),
        Line2D([], [], **submodules.INTACT, label="intact network"),
        *submodules.class_handles(classes, marker=submodules.TRUE),
    ]
    style.legend_above(figure, handles, title=submodules.TRUE_LESIONS)


def offsets(values: np.ndarray, bin_width: float, step: float, limit: float) -> np.ndarray:
    """Offsets (n,) that set values of the same bin side by side around 0.

    Neighbours are `step` apart, or closer where the fullest bin would reach beyond `limit`.
    """
    bins = np.floor(np.asarray(values, float) / bin_width)
    order = np.lexsort([values, bins])
    is_first = np.r_[True, np.diff(bins[order]) != 0]
    rank = np.arange(len(bins)) - np.flatnonzero(is_first)[np.cumsum(is_first) - 1]
    apart = np.empty(len(bins))
    apart[order] = (rank + 1) // 2 * np.where(rank % 2, 1, -1)
    return apart * min(step, limit / max(np.abs(apart).max(), 1))


def _percent(share: float) -> str:
    return "<1 %" if share < 0.005 else f"{100 * share:.0f} %"
