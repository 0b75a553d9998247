"""Sub-modules drawn layer by layer, and arrows between them."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from nn_modularity.figures.parts import style, submodules

Pair = tuple[int, int, int, int]
"""Layer and label of X, then of Y."""
Nodes = dict[tuple[int, int], tuple[tuple[float, float], float]]
"""By layer and label: place in data coordinates, radius in points."""

_BENDS = (0.0, *(sign * step / 40 for step in range(1, 15) for sign in (1, -1)))
_LARGEST = 17.0  # diameter of the largest node in points


def draw_nodes(axes: Axes, rows: pd.DataFrame) -> Nodes:
    """Draw a node a sub-module, its area by its neurons."""
    nodes: Nodes = {}
    for column, (layer, own) in enumerate(rows.groupby("layer")):
        heights = (len(own) - 1) / 2 - np.arange(len(own))
        diameters = np.maximum(_LARGEST * np.sqrt(own.n_layer_label / rows.n_layer_label.max()), 3)
        places = zip(own.label, heights, diameters, submodules.colours(own), strict=True)
        for label, height, diameter, colour in places:
            nodes[layer, label] = ((column, height), diameter / 2)
            edge = {"markeredgecolor": "white", "markeredgewidth": 0.5}
            axes.plot(column, height, "o", color=colour, markersize=diameter, zorder=3, **edge)
            axes.annotate(
                f"{layer}-{label}",
                (column, height),
                (0, diameter / 2 + 1),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=style.SMALL,
                bbox=submodules.PAPER,
                zorder=4,
            )
    n_layers, tallest = rows.layer.nunique(), rows.layer.value_counts().max()
    top = (tallest - 1) / 2
    for column, layer in enumerate(sorted(rows.layer.unique())):
        axes.text(column, top + 1, f"Layer {layer}", ha="center", va="center")
    axes.set(xlim=(-0.35, n_layers - 0.65), ylim=(-top - 1.1, top + 1.4))
    axes.axis("off")
    return nodes


def draw_edges(axes: Axes, nodes: Nodes, edges: list[tuple[Pair, dict]]) -> None:
    """Draw arrows from X to Y, bent around the nodes between them.

    The figure must be complete but for these: bends are chosen on its final layout.
    """
    axes.figure.draw_without_rendering()
    in_points = 72 / axes.figure.dpi
    middles = {
        node: axes.transData.transform(place) * in_points for node, (place, _) in nodes.items()
    }
    obstacles = {node: (middles[node], radius) for node, (_, radius) in nodes.items()}
    for pair, look in edges:
        x, y = pair[:2], pair[2:]
        between = [obstacles[node] for node in nodes if x[0] < node[0] < y[0]]
        arrow = FancyArrowPatch(
            nodes[x][0],
            nodes[y][0],
            clip_on=False,
            connectionstyle=f"arc3,rad={bend(middles[x], middles[y], between)}",
            arrowstyle="-|>,head_length=3,head_width=1.4",
            shrinkA=nodes[x][1] + 0.5,
            shrinkB=nodes[y][1] + 0.5,
            joinstyle="miter",
            zorder=2,
            **look,
        )
        arrow.set_gid("-".join(map(str, pair)))
        axes.add_patch(arrow)


def bend(start: np.ndarray, end: np.ndarray, between: list[tuple[np.ndarray, float]]) -> float:
    """Curvature of an arc, as matplotlib's arc3 has it, that keeps away from nodes and names."""
    along = end - start
    t = np.linspace(0, 1, 201)[:, None]
    costs = []
    for candidate in _BENDS:
        control = (start + end) / 2 + candidate * np.array([along[1], -along[0]])
        arc = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
        hit = 0.0
        for middle, radius in between:
            name = middle + np.array([0, radius + 5])
            to_node = np.hypot(*(arc - middle).T).min() - radius
            to_name = np.hypot(*(arc - name).T).min() - 5
            hit += max(2 - to_node, 0) + 0.5 * max(1 - to_name, 0)
        costs.append(hit + 2 * abs(candidate))
    return _BENDS[int(np.argmin(costs))]


def say_below(axes: Axes, text: str) -> None:
    """Write a line below the nodes."""
    axes.text(0.5, 0, text, transform=axes.transAxes, ha="center", va="top")


def pair_of(row) -> Pair:
    """Return the pair of a row, a named tuple, of a table of pairs that has X and Y."""
    return row.x_layer, row.x_label, row.y_layer, row.y_label
