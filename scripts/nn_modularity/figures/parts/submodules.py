"""How sub-modules look in all figures: their names, colours, order and labels."""

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib.patheffects
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from nn_modularity import palette
from nn_modularity.figures.parts import style

ABBREVIATIONS = {name: name[:3].upper() for name in palette.TAXONOMY}
"""Three letters for every class of sub-modules."""

TRUE = "D"
"""Mark of lesions of sub-modules themselves."""
TRUE_LESIONS = "Coloured: the lesioned sub-module, by its class"
RANDOM = "#B8B8B8"
"""Colour of random lesions."""
INTACT: dict[str, Any] = {"color": palette.BLACK, "linestyle": "--", "linewidth": 0.8}
"""Look of the intact network."""

BAND = "#F1F1F1"
"""Background of every second layer."""

HALO = (matplotlib.patheffects.withStroke(linewidth=1.6, foreground="white"),)
"""White around a mark, so that it stands out from what lies below."""

PAPER = {"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
"""White behind a text; a halo would turn an SVG's text into outlines."""

_LEADER = {"arrowstyle": "-", "linewidth": 0.4, "color": "#777777", "shrinkA": 0, "shrinkB": 2}
_MARK = 3.0  # points from a mark's centre that a label should leave free
_OFFSETS = [
    (radius * np.cos(angle), radius * np.sin(angle))
    for radius in (8.0, 12.0, 17.0, 23.0, 30.0, 38.0)
    for angle in np.deg2rad([45, 135, 315, 225, 90, 270, 0, 180])
]


def names(table: pd.DataFrame) -> list[str]:
    """Return the name ``layer-label`` of every row."""
    return [f"{layer}-{label}" for layer, label in zip(table.layer, table.label, strict=True)]


def ordered(table: pd.DataFrame) -> np.ndarray:
    """Return the rows' positions (n,) in the order of layers, then of labels."""
    return np.lexsort([table.label, table.layer])


def colours(table: pd.DataFrame) -> list[str]:
    """Return the colour of every row's class."""
    return [palette.TAXONOMY[name] for name in table.taxonomy]


def spelt(name: str) -> str:
    """Return a class's name in words."""
    return name.replace("_", " ").replace("-but-", " but ").replace("-", " ")


def class_handles(found: Iterable[str], marker: str = "o") -> list[Line2D]:
    """Return legend entries for the classes that occur, in the order of precedence."""
    present = set(found)
    return [
        Line2D([], [], marker=marker, color=colour, linestyle="none", label=spelt(name))
        for name, colour in palette.TAXONOMY.items()
        if name in present
    ]


def layer_starts(layers: Sequence[int]) -> np.ndarray:
    """Return where in an ordered list each layer begins, and where the last one ends."""
    layers = np.asarray(layers)
    return np.r_[0, np.flatnonzero(np.diff(layers)) + 1, len(layers)]


def shade_layers(axes: Axes, layers: Sequence[int]) -> None:
    """Shade the rows of every second layer, where row i of the axes lies at y = i."""
    starts = layer_starts(layers)
    for begin, end in zip(starts[:-1:2], starts[1::2], strict=False):
        axes.axhspan(begin - 0.5, end - 0.5, color=BAND, linewidth=0, zorder=0)


def label_points(
    axes: Axes, labelled: np.ndarray, texts: Sequence[str], points: np.ndarray
) -> list[Annotation]:
    """Write texts beside points, where they cover neither each other nor a point if possible.

    The figure must be complete but for these texts: places are chosen on its final layout.

    Parameters
    ----------
    axes : Axes
    labelled : (n_texts, 2) float
        The points to label, in data coordinates.
    texts : n_texts str
    points : (n_points, 2) float
        All points of the axes.
    """
    axes.figure.draw_without_rendering()
    points_to_pixels = axes.figure.dpi / 72
    marks = axes.transData.transform(points[np.isfinite(points).all(axis=1)]) / points_to_pixels
    anchors = axes.transData.transform(labelled) / points_to_pixels
    frame = axes.bbox.extents / points_to_pixels
    taken: list[np.ndarray] = []
    written = []
    for text, anchor, place in zip(texts, anchors, labelled, strict=True):
        half = np.array([0.32 * style.SMALL * len(text), 0.6 * style.SMALL])
        boxes = [np.r_[anchor + offset - half, anchor + offset + half] for offset in _OFFSETS]
        costs = [_cost(box, taken, marks, frame) + 0.01 * i for i, box in enumerate(boxes)]
        best = int(np.argmin(costs))
        taken.append(boxes[best])
        is_far = np.hypot(*_OFFSETS[best]) > 10
        written.append(
            axes.annotate(
                text,
                place,
                _OFFSETS[best],
                textcoords="offset points",
                ha="center",
                va="center",
                fontsize=style.SMALL,
                bbox=PAPER,
                arrowprops=_LEADER if is_far else None,
            )
        )
        written[-1].set_in_layout(False)
    return written


def _cost(box: np.ndarray, taken: list[np.ndarray], marks: np.ndarray, frame: np.ndarray) -> float:
    overlaps = sum(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in taken
    )
    covered = np.all((marks > box[:2] - _MARK) & (marks < box[2:] + _MARK), axis=1).sum()
    outside = np.any(box[:2] < frame[:2]) or np.any(box[2:] > frame[2:])
    return 3.0 * overlaps + 1.0 * covered + 5.0 * outside
