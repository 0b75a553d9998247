"""Swarms of random lesions with the true lesions among them, a row a sub-module."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity.figures import style, submodules
from nn_modularity.figures.accuracies import LABEL, Accuracies

_ROW = 0.19  # inches of a sub-module in a swarm
_BINS = 110
_STEP = 0.15  # rows
_LIMIT = 0.4  # rows


def swarm(table: pd.DataFrame, accuracies: Accuracies) -> Figure:
    """Accuracy without every sub-module, among those without its random twins."""
    figure = style.figure(style.COLUMN, 1.15 + _ROW * len(table))
    _draw_swarm(figure.subplots(), table, accuracies)
    _draw_swarm_legend(figure, table.taxonomy, ncols=3)
    return figure


def random_control(
    table: pd.DataFrame,
    accuracies: Accuracies,
    control: pd.DataFrame,
    control_accuracies: Accuracies,
) -> Figure:
    """The single test beside the same test of a random labelling with equal sizes."""
    figure = style.figure(style.PAGE, 1.1 + _ROW * len(table))
    panels = figure.subplots(1, 2, sharex=True)
    parts = (
        ("Clustering", table, accuracies),
        ("Random labelling", control, control_accuracies),
    )
    for axes, (title, rows, values) in zip(panels, parts, strict=True):
        _draw_swarm(axes, rows, values)
        n_important = np.sum(rows.taxonomy == submodules.IMPORTANT)
        style.panel_title(axes, f"{title}: {n_important} of {len(rows)} important")
    panels[1].set_ylabel("")
    low, high = np.transpose([axes.dataLim.intervalx for axes in panels])
    margin = 0.03 * (high.max() - low.min())
    panels[0].set_xlim(low.min() - margin, high.max() + margin)
    _draw_swarm_legend(figure, [*table.taxonomy, *control.taxonomy], ncols=8)
    return figure


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


def _draw_swarm(axes: Axes, table: pd.DataFrame, accuracies: Accuracies) -> None:
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


def _percent(share: float) -> str:
    return "<1 %" if share < 0.005 else f"{100 * share:.0f} %"


def _draw_swarm_legend(figure: Figure, classes: Iterable[str], ncols: int) -> None:
    handles = [
        Line2D([], [], color="black", marker="x", linestyle="none", label="true lesion"),
        Line2D([], [], color="black", linestyle="--", linewidth=0.8, label="intact network"),
        *submodules.class_handles(classes),
    ]
    title = "Points: random lesions, coloured by the sub-module's class"
    figure.legend(
        handles=handles, title=title, loc="outside upper left", ncols=ncols, alignment="left"
    )
