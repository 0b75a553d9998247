"""Figures of the double-lesion test: heatmaps of pairs, their classes, single against pair.

Throughout, `single` is the single test's table, a row a sub-module; `joint` and `conditional` are
the pairs' tables. Pairs within one layer are hatched: the study doesn't interpret them.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from nn_modularity import palette
from nn_modularity.figures import style, submodules

SIGNIFICANT = (submodules.IMPORTANT, "sig-but-not-diff")
"""Classes of what did more harm than every random lesion."""

IMPORTANCE = {
    (True, 0): ("important, though neither is alone", palette.PURPLE),
    (True, 1): ("important, as one is alone", palette.ORANGE),
    (True, 2): ("important, as both are alone", palette.VERMILION),
    (False, 2): ("not important, though both are alone", palette.BLUE),
    (False, 1): ("not important, though one is alone", palette.SKY_BLUE),
    (False, 0): ("not important, as neither is alone", "#E4E4E4"),
}
"""Name and colour of a pair: whether it is important, how many of the two are so alone."""

JOINT_KEYS = ["first_layer", "first_label", "second_layer", "second_label"]
CONDITIONAL_KEYS = ["layer", "label", "given_layer", "given_label"]

_CELL = 0.29  # inches
_TINY = 5.8
_TICKS = np.array([-100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100])


def joint_heatmap(single: pd.DataFrame, joint: pd.DataFrame, conditional: pd.DataFrame) -> Figure:
    """Accuracy lost with both of a pair, in percentage points.

    The diagonal is the single test, which `conditional` has with the significance of small and
    complete sub-modules.
    """
    rows = single.iloc[submodules.ordered(single)]
    loss = -100 * square(rows, joint, JOINT_KEYS, "diff").T
    stars = _stars(rows, joint, JOINT_KEYS).T
    np.fill_diagonal(stars, np.diagonal(_stars(rows, conditional, CONDITIONAL_KEYS)))
    figure, axes = _matrix_axes(rows)
    mappable = _draw_losses(axes, rows, loss, stars)
    _draw_key(axes.legend, loc="upper right")
    bar = axes.inset_axes((0.62, 0.74, 0.36, 0.02))
    _draw_bar(figure, mappable, "Accuracy lost (pp)", cax=bar, orientation="horizontal")
    return figure


def conditional_heatmap(single: pd.DataFrame, conditional: pd.DataFrame) -> Figure:
    """Accuracy lost with i where j is lost already, in percentage points."""
    rows = single.iloc[submodules.ordered(single)]
    loss = -100 * square(rows, conditional, CONDITIONAL_KEYS, "s")
    stars = _stars(rows, conditional, CONDITIONAL_KEYS)
    figure, axes = _matrix_axes(rows, extra=(0.85, 0.4))
    axes.set(xlabel="Sub-module j, lesioned already", ylabel="Sub-module i")
    mappable = _draw_losses(axes, rows, loss, stars)
    _draw_key(figure.legend, loc="outside upper left", ncols=3)
    label = "Accuracy lost with i as well, −s(i|j) (pp)"
    _draw_bar(figure, mappable, label, ax=axes, shrink=0.5, aspect=35)
    return figure


def joint_significance(single: pd.DataFrame, joint: pd.DataFrame) -> Figure:
    """Which pairs are important together, and how many of the two are so alone."""
    rows = single.iloc[submodules.ordered(single)]
    important = square(rows, joint, JOINT_KEYS, "important").T
    alone = (rows.taxonomy == submodules.IMPORTANT).to_numpy().astype(int)
    figure, axes = _matrix_axes(rows)
    for i, j in np.argwhere(np.tri(len(rows), k=-1, dtype=bool) & np.isfinite(important)):
        _, colour = IMPORTANCE[bool(important[i, j]), alone[i] + alone[j]]
        cell = {"facecolor": colour, "edgecolor": "white", "linewidth": 0.4}
        axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, **cell))
    for place, name in enumerate(rows.taxonomy):
        text = {"fontsize": 0.8 * _TINY, "ha": "center", "va": "center"}
        axes.text(place, place, submodules.ABBREVIATIONS[name], fontweight="bold", **text)
    _hatch_layers(axes, rows, np.isfinite(important))
    handles = [
        Patch(facecolor=colour, label=f"Pair {name}") for name, colour in IMPORTANCE.values()
    ]
    handles.append(_hatched("Within a layer, not interpreted"))
    axes.legend(handles=handles, loc="upper right")
    return figure


def conditional_scatter(single: pd.DataFrame, conditional: pd.DataFrame) -> Figure:
    """s(i|j) against what both lesions change, and against what i's alone changes."""
    pairs = conditional[~conditional.within_layer]
    alone = single.set_index(["layer", "label"])["diff"]
    alone_of_pairs = alone.loc[list(zip(pairs.layer, pairs.label, strict=True))].to_numpy()
    figure = style.figure(style.PAGE, 3.3)
    panels = figure.subplots(1, 2, sharey=True)
    changes = (
        ("Change in accuracy with i and j (pp)", pairs["diff"].to_numpy()),
        ("Change in accuracy with i alone (pp)", alone_of_pairs),
    )
    colours = submodules.colours(pairs)
    for axes, (x_label, x) in zip(panels, changes, strict=True):
        axes.axhline(0, color="#BBBBBB", linewidth=0.6, zorder=0)
        axes.axvline(0, color="#BBBBBB", linewidth=0.6, zorder=0)
        marks = {"s": 10, "linewidths": 0.2, "edgecolors": "white", "alpha": 0.85}
        axes.scatter(100 * x, 100 * pairs.s, c=colours, **marks)
        axes.set_xlabel(x_label)
    panels[0].set_ylabel("s(i|j), change with i where j is lesioned (pp)")
    panels[1].axline((0, 0), slope=1, color="black", linewidth=0.6, linestyle="--", zorder=0)
    handles = submodules.class_handles(pairs.taxonomy)
    handles.append(
        Line2D([], [], color="black", linewidth=0.6, linestyle="--", label="j makes no difference")
    )
    figure.legend(
        handles=handles,
        title="Class of i given j",
        loc="outside upper left",
        ncols=7,
        alignment="left",
    )
    return figure


def square(rows: pd.DataFrame, pairs: pd.DataFrame, keys: Sequence[str], column: str) -> np.ndarray:
    """Values of pairs as a square, (n, n) float in the order of `rows`; NaN where there is none.

    `keys` name the columns of the row's layer and label, then of the column's.
    """
    places = {name: place for place, name in enumerate(zip(rows.layer, rows.label, strict=True))}
    values = np.full((len(rows), len(rows)), np.nan)
    columns = (pairs[key] for key in [*keys, column])
    for layer, label, other_layer, other_label, value in zip(*columns, strict=True):
        values[places[layer, label], places[other_layer, other_label]] = value
    return values


def _stars(rows: pd.DataFrame, pairs: pd.DataFrame, keys: Sequence[str]) -> np.ndarray:
    is_significant = pairs.taxonomy.isin(SIGNIFICANT)
    return square(rows, pairs.assign(significant=is_significant), keys, "significant") == 1


def _matrix_axes(rows: pd.DataFrame, extra: tuple[float, float] = (0, 0)) -> tuple[Figure, Axes]:
    """Axes of a square of sub-modules, in a figure with `extra` inches for what is beside it."""
    side = max(style.COLUMN, 0.9 + _CELL * len(rows))
    figure = style.figure(side + extra[0], side + extra[1])
    axes = figure.subplots()
    ticks = [
        f"{name} ({submodules.ABBREVIATIONS[taxon]})"
        for name, taxon in zip(submodules.names(rows), rows.taxonomy, strict=True)
    ]
    axes.set_xticks(range(len(rows)), ticks, rotation=90)
    axes.set_yticks(range(len(rows)), ticks)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    limits = (-0.5, len(rows) - 0.5)
    axes.set(xlim=limits, ylim=limits[::-1], aspect="equal")
    return figure, axes


def _draw_losses(
    axes: Axes, rows: pd.DataFrame, loss: np.ndarray, stars: np.ndarray
) -> ScalarMappable:
    top = max(np.nanmax(np.abs(loss)), 1.5)
    # Linear within a percentage point, logarithmic beyond: the smallest change that matters shows.
    norm = SymLogNorm(linthresh=1, vmin=-top, vmax=top)
    edges = np.arange(len(rows) + 1) - 0.5
    grid = axes.pcolormesh(
        edges, edges, loss, cmap="RdBu_r", norm=norm, edgecolors="white", linewidth=0.4
    )
    _hatch_layers(axes, rows, np.isfinite(loss))
    for i, j in np.argwhere(np.isfinite(loss)):
        is_dark = np.dot(grid.to_rgba(loss[i, j])[:3], (0.299, 0.587, 0.114)) < 0.5
        ink = "white" if is_dark else "black"
        weight = "bold" if i == j else "normal"
        text = {"fontsize": _TINY, "ha": "center", "va": "center", "color": ink}
        axes.text(j, i + 0.1, percentage_points(loss[i, j]), fontweight=weight, **text)
        if stars[i, j]:
            axes.plot(j + 0.33, i - 0.3, "*", color=ink, markersize=3.4, markeredgewidth=0)
    for place in range(len(rows)):
        frame = {"facecolor": "none", "edgecolor": "black", "linewidth": 0.8, "clip_on": False}
        axes.add_patch(Rectangle((place - 0.5, place - 0.5), 1, 1, zorder=3, **frame))
    return grid


def percentage_points(value: float) -> str:
    """Return a number short enough for a cell."""
    text = f"{value:.0f}" if abs(value) >= 9.95 else f"{value:.1f}"
    return text.replace("-0.0", "0.0").replace("-", "−")


def _hatch_layers(axes: Axes, rows: pd.DataFrame, is_shown: np.ndarray) -> None:
    layers = rows.layer.to_numpy()
    for i, j in np.argwhere(is_shown & (layers[:, None] == layers)):
        if i != j:
            cell = Rectangle((j - 0.5, i - 0.5), 1, 1)
            cell.set(facecolor="none", edgecolor="#00000055", linewidth=0, hatch="////")
            cell.set_hatch_linewidth(0.4)
            axes.add_patch(cell)
    is_triangle = not is_shown[0, -1]
    for start in submodules.layer_starts(layers)[1:-1]:
        end = start if is_triangle else len(rows)
        line = {"color": "black", "linewidth": 0.5, "zorder": 2.5}
        axes.hlines(start - 0.5, -0.5, end - 0.5, **line)
        axes.vlines(start - 0.5, (start if is_triangle else 0) - 0.5, len(rows) - 0.5, **line)


def _hatched(label: str) -> Patch:
    patch = Patch(facecolor="white", edgecolor="#00000077", hatch="////", label=label)
    patch.set_hatch_linewidth(0.4)
    return patch


def _draw_key(legend, **place) -> None:
    handles = [
        Line2D([], [], marker="*", color="black", ls="none", label="Worse than all random lesions"),
        Patch(facecolor="white", edgecolor="black", label="Lesioned alone"),
        _hatched("Within a layer, not interpreted"),
    ]
    legend(handles=handles, **place)


def _draw_bar(figure: Figure, mappable: ScalarMappable, label: str, **place) -> None:
    top = mappable.norm.vmax
    bar = figure.colorbar(mappable, ticks=_TICKS[np.abs(_TICKS) <= top], label=label, **place)
    bar.minorticks_off()
    bar.formatter = lambda value, _: f"{value:g}".replace("-", "−")
    bar.update_ticks()
    # The colours are symmetric around 0, what was found is not.
    limits = min(mappable.get_array().min(), 0), top
    (bar.ax.set_xlim if bar.orientation == "horizontal" else bar.ax.set_ylim)(limits)
