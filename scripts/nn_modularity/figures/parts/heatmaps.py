"""Squares of sub-modules, a cell a pair.

Pairs within one layer are hatched: the study doesn't interpret them.
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

from nn_modularity.figures.parts import pair_tests, style, submodules
from nn_modularity.figures.parts.pair_tests import PairTest
from nn_modularity.vocabulary import IMPORTANT, SIGNIFICANT_ONLY

SIGNIFICANT = (IMPORTANT, SIGNIFICANT_ONLY)
"""Classes of what did more harm than every random lesion."""

TINY = 5.8
"""Font size of the numbers in cells."""

_CELL = 0.29  # inches
_TICKS = np.array([-100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100])


def stars(rows: pd.DataFrame, pairs: pd.DataFrame, keys: Sequence[str]) -> np.ndarray:
    """Whether the loss of a pair did more harm than every random loss, as `square` has it."""
    is_significant = pairs.taxonomy.isin(SIGNIFICANT)
    return (
        pair_tests.square(rows, pairs.assign(significant=is_significant), keys, "significant") == 1
    )


def matrix_axes(test: PairTest, extra: float = 0) -> tuple[Figure, Axes]:
    """Axes of a square of sub-modules, in a figure with `extra` inches beside it."""
    rows = test.ordered
    side = max(style.COLUMN, 0.9 + _CELL * len(rows))
    figure = style.figure(test.subject, side + extra, side)
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


def draw_losses(
    axes: Axes, rows: pd.DataFrame, loss: np.ndarray, stars: np.ndarray
) -> ScalarMappable:
    """Draw the accuracy lost (n, n) in percentage points, and stars (n, n) where it is much."""
    top = max(np.nanmax(np.abs(loss)), 1.5)
    # Linear within a percentage point, logarithmic beyond: the smallest change that matters shows.
    norm = SymLogNorm(linthresh=1, vmin=-top, vmax=top)
    edges = np.arange(len(rows) + 1) - 0.5
    grid = axes.pcolormesh(
        edges, edges, loss, cmap="RdBu_r", norm=norm, edgecolors="white", linewidth=0.4
    )
    hatch_layers(axes, rows, np.isfinite(loss))
    for i, j in np.argwhere(np.isfinite(loss)):
        is_dark = np.dot(grid.to_rgba(loss[i, j])[:3], (0.299, 0.587, 0.114)) < 0.5
        ink = "white" if is_dark else "black"
        weight = "bold" if i == j else "normal"
        text = {"fontsize": TINY, "ha": "center", "va": "center", "color": ink}
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


def hatch_layers(axes: Axes, rows: pd.DataFrame, is_shown: np.ndarray) -> None:
    """Hatch the pairs within a layer, and draw lines between layers."""
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


def hatched(label: str) -> Patch:
    """Return a legend entry for the hatched pairs."""
    patch = Patch(facecolor="white", edgecolor="#00000077", hatch="////", label=label)
    patch.set_hatch_linewidth(0.4)
    return patch


def draw_key(figure: Figure) -> None:
    """Say what stars, frames and hatches are."""
    handles = [
        Line2D([], [], marker="*", color="black", ls="none", label="Worse than all random lesions"),
        Patch(facecolor="white", edgecolor="black", label="Lesioned alone"),
        hatched("Within a layer, not interpreted"),
    ]
    style.legend_above(figure, handles)


def draw_bar(axes: Axes, mappable: ScalarMappable, label: str) -> None:
    """Draw the colour bar, as far as there are losses."""
    top = mappable.norm.vmax
    bar = axes.figure.colorbar(
        mappable,
        ax=axes,
        ticks=_TICKS[np.abs(_TICKS) <= top],
        label=f"{label}\n(pp, log scale beyond ±1)",
        shrink=0.6,
        aspect=35,
    )
    bar.minorticks_off()
    bar.formatter = lambda value, _: f"{value:g}".replace("-", "−")
    bar.update_ticks()
    # The colours are symmetric around 0, what was found is not.
    bar.ax.set_ylim(min(mappable.get_array().min(), 0), top)
