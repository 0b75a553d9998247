"""Swarms of random lesions with the true lesions among them, a row a sub-module."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity.figures.parts import submodules
from nn_modularity.figures.parts.single_tests import LABEL, SingleTest

ROW = 0.19
"""Height of a sub-module in inches."""

_BINS = 110
_STEP = 0.15  # rows
_LIMIT = 0.4  # rows


def draw_swarm(axes: Axes, test: SingleTest) -> None:
    """Draw every sub-module's random lesions as points, its true one as a cross."""
    table, accuracies = test.table, test.accuracies
    order = submodules.ordered(table)
    rows = table.iloc[order]
    null, true = accuracies.null[:, order, -1], accuracies.true[order, -1]
    intact = accuracies.intact[-1]
    everything = np.r_[null.ravel(), true, intact]
    bin_width = max(np.ptp(everything), 0.1) / _BINS
    submodules.shade_layers(axes, rows.layer)
    axes.axvline(intact, color="black", linestyle="--", linewidth=0.8, zorder=1)
    for place, colour in enumerate(submodules.colours(rows)):
        apart = offsets(null[:, place], bin_width, _STEP, _LIMIT)
        axes.scatter(
            null[:, place],
            place + apart,
            s=3.5,
            color=colour,
            linewidths=0.15,
            edgecolors="#555555",
            zorder=2,
        )
    cross = {"marker": "x", "linestyle": "none", "color": "black", "markersize": 5}
    axes.plot(
        true,
        np.arange(len(rows)),
        markeredgewidth=1.2,
        path_effects=submodules.HALO,
        zorder=3,
        **cross,
    )
    shares = [_percent(share) for share in rows.label_in_layer_proportion]
    ticks = [
        f"{name} ({share})" for name, share in zip(submodules.names(rows), shares, strict=True)
    ]
    axes.set_yticks(np.arange(len(rows)), ticks)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set(xlabel=LABEL, ylabel="Sub-module (share of its layer's neurons)")


def draw_legend(figure: Figure, classes: Iterable[str], ncols: int) -> None:
    """Put the legend of swarms above all panels."""
    handles = [
        Line2D([], [], color="black", marker="x", linestyle="none", label="true lesion"),
        Line2D([], [], color="black", linestyle="--", linewidth=0.8, label="intact network"),
        *submodules.class_handles(classes),
    ]
    title = "Points: random lesions, coloured by the sub-module's class"
    figure.legend(
        handles=handles, title=title, loc="outside upper left", ncols=ncols, alignment="left"
    )


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
