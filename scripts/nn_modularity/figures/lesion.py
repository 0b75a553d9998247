"""Figures of the single-lesion test; see also `swarms`.

Throughout, `table` is the table of the test, a row a sub-module; `Accuracies` has its rows.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures import style, submodules
from nn_modularity.figures.accuracies import LABEL, Accuracies

RANDOM = palette.GREY
TRUE = palette.VERMILION
INTACT = palette.GREEN


def lines(table: pd.DataFrame, accuracies: Accuracies) -> Figure:
    """Accuracy by class of images without a sub-module: a panel each."""
    n_columns = min(6, len(table))
    n_rows = -(-len(table) // n_columns)
    figure = style.figure(style.PAGE, 0.8 + 1.2 * n_rows)
    panels = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).ravel()
    n_classes = len(accuracies.intact) - 1
    for axes, row in zip(panels, submodules.ordered(table), strict=False):
        trials = accuracies.null[:, row]
        segments = [np.column_stack([np.arange(n_classes), trial[:-1]]) for trial in trials]
        faint = {"colors": RANDOM, "linewidths": 0.4, "alpha": 0.3, "rasterized": True}
        axes.add_collection(LineCollection(segments, **faint))
        axes.plot(
            np.full(len(trials), n_classes + 0.5),
            trials[:, -1],
            ".",
            color=RANDOM,
            markersize=3,
            markeredgewidth=0,
            alpha=0.3,
        )
        _draw_profile(axes, accuracies.intact, color=INTACT, linewidth=1.8, markersize=3.4)
        _draw_profile(axes, accuracies.true[row], color=TRUE, linewidth=0.9, markersize=2)
        submodule = table.iloc[row]
        label = f"{submodule.layer}-{submodule.label} {submodules.spelt(submodule.taxonomy)}"
        style.panel_title(axes, label)
        axes.title.set_fontsize(style.SMALL)
        _label_classes(axes, n_classes, step=3)
    panels[0].set_ylim(_range_of(accuracies.null, accuracies.true, accuracies.intact))
    for axes in panels[len(table) :]:
        axes.remove()
    for axes in panels[max(len(table) - n_columns, 0) : len(table)]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel("Class of images")
    figure.supylabel(LABEL, fontsize=8)
    handles = [
        Line2D([], [], color=RANDOM, linewidth=0.8, label="random lesions"),
        Line2D([], [], color=TRUE, marker="o", markersize=3, label="true lesion"),
        Line2D([], [], color=INTACT, marker="o", markersize=3, label="intact network"),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=3)
    return figure


def profile(table: pd.DataFrame, accuracies: Accuracies) -> Figure:
    """Accuracy by class of images: a panel a layer, a line a sub-module."""
    layers = sorted(table.layer.unique())
    figure = style.figure(style.PAGE, 0.4 + 1.7 * len(layers))
    panels = figure.subplots(len(layers), 1, sharex=True, sharey=True, squeeze=False).ravel()
    n_classes = len(accuracies.intact) - 1
    for axes, layer in zip(panels, layers, strict=True):
        whole = {"color": "black", "linestyle": "--", "linewidth": 0.8, "markersize": 2}
        _draw_profile(axes, accuracies.intact, label="intact network", **whole)
        for row in submodules.ordered(table):
            submodule = table.iloc[row]
            if submodule.layer == layer:
                is_important = submodule.taxonomy == submodules.IMPORTANT
                _draw_profile(
                    axes,
                    accuracies.true[row],
                    color=palette.CLUSTERS[submodule.label % len(palette.CLUSTERS)],
                    linewidth=1.8 if is_important else 0.8,
                    markersize=4 if is_important else 2,
                    label=f"{layer}-{submodule.label} {submodules.spelt(submodule.taxonomy)}",
                )
        style.panel_title(axes, f"Layer {layer}")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), labelspacing=0.2)
        _label_classes(axes, n_classes, step=1)
    panels[0].set_ylim(_range_of(accuracies.true, accuracies.intact))
    panels[-1].set_xlabel("Class of images")
    figure.supylabel(LABEL, fontsize=8)
    return figure


def scatter(table: pd.DataFrame) -> Figure:
    """Sub-modules by size, change of accuracy and z-score; the important ones are named."""
    figure = style.figure(style.PAGE, 2.9)
    panels = figure.subplots(1, 3)
    share = 100 * table.label_in_layer_proportion.to_numpy(), "Share of its layer's neurons (%)"
    change = 100 * table["diff"].to_numpy(), "Change in accuracy (pp)"
    z_score = table.z_score.to_numpy(), "z-score among random lesions"
    pairs = [(share, change), (share, z_score), (change, z_score)]
    for axes, ((x, x_name), (y, y_name)) in zip(panels, pairs, strict=True):
        axes.axhline(0, color="#BBBBBB", linewidth=0.6, zorder=0)
        axes.scatter(x, y, c=submodules.colours(table), s=18, linewidths=0.4, edgecolors="white")
        axes.set(xlabel=x_name, ylabel=y_name)
        axes.margins(0.1)
    for axes in panels[1:]:
        axes.set_yscale("symlog", linthresh=1)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))
    handles = submodules.class_handles(table.taxonomy)
    figure.legend(handles=handles, loc="outside upper left", ncols=8)
    all_names = np.array(submodules.names(table))
    is_named = (table.taxonomy == submodules.IMPORTANT) & np.isfinite(table.z_score)
    for axes, ((x, _), (y, _)) in zip(panels, pairs, strict=True):
        points = np.column_stack([x, y])
        submodules.label_points(axes, points[is_named], all_names[is_named], points)
    return figure


def _draw_profile(axes: Axes, values: np.ndarray, **appearance) -> None:
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


def _label_classes(axes: Axes, n_classes: int, step: int) -> None:
    shown = range(0, n_classes, step)
    axes.set_xticks([*shown, n_classes + 0.5], [*map(str, shown), "all"])
    axes.set_xlim(-0.6, n_classes + 1.1)
    axes.grid(axis="y")


def _range_of(*parts: np.ndarray) -> tuple[float, float]:
    """Limits around all values, from a multiple of ten to one."""
    low = 10 * np.floor(min(np.nanmin(part) for part in parts) / 10)
    high = 10 * np.ceil(max(np.nanmax(part) for part in parts) / 10)
    margin = 0.04 * (high - low)
    return low - margin, high + margin
