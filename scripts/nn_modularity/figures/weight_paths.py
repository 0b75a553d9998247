"""How strongly weights join sub-modules, along paths: as a graph and as a heatmap."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures.parts import layers, pair_tests, style, submodules
from nn_modularity.figures.parts.pair_tests import PairTest
from nn_modularity.vocabulary import IMPORTANT

SPANS = (palette.BLACK, palette.INDIGO, palette.OLIVE, palette.TEAL)
"""Colours of paths to the next layer, to the one after that, …"""

STRONG = 0.5
"""Weight of a path, relative to the strongest between its layers, from which it is an edge."""

_WIDEST = 2.5  # width of the strongest edge in points

read = pair_tests.read


def draw(test: PairTest) -> Figure:
    """Weights along paths between sub-modules, as a graph and as a heatmap.

    The graph has the strong paths among sub-modules that are important alone, to be compared with
    the dependency graph; the heatmap has all.
    """
    rows, paths = test.ordered, test.pairs
    tallest = rows.layer.value_counts().max()
    figure = style.figure(test.subject, style.PAGE, 1.2 + 0.36 * max(tallest, 4))
    graph, heatmap = figure.subplots(1, 2, width_ratios=(1, 1.05))
    nodes = layers.draw_nodes(graph, rows)
    _draw_weights(figure, heatmap, rows, paths)
    handles = [
        Line2D(
            [],
            [],
            color=SPANS[span % len(SPANS)],
            linewidth=_WIDEST,
            label="to the next layer" if span == 0 else f"{span + 1} layers on",
        )
        for span in range(rows.layer.nunique() - 1)
    ]
    handles += submodules.class_handles(rows.taxonomy)
    style.legend_above(figure, handles)
    important = rows[rows.taxonomy == IMPORTANT]
    names = set(zip(important.layer, important.label, strict=True))
    edges = []
    for path in paths.sort_values("mean_normalised").itertuples():
        pair = layers.pair_of(path)
        if path.mean_normalised >= STRONG and {pair[:2], pair[2:]} <= names:
            share = (path.mean_normalised - STRONG) / (1 - STRONG)
            look = {"linewidth": 0.5 + (_WIDEST - 0.5) * share, "alpha": 0.4 + 0.6 * share}
            colour = SPANS[(path.y_layer - path.x_layer - 1) % len(SPANS)]
            edges.append((pair, {"color": colour, **look}))
    if not edges:
        layers.say_below(graph, "No strong path between important sub-modules")
    layers.draw_edges(graph, nodes, edges)
    return figure


def _draw_weights(figure: Figure, axes: Axes, rows: pd.DataFrame, paths: pd.DataFrame) -> None:
    is_x = (rows.layer < rows.layer.max()).to_numpy()
    is_y = (rows.layer > rows.layer.min()).to_numpy()
    weights = pair_tests.square(rows, paths, pair_tests.DEPENDENCY_KEYS, "mean_normalised")
    if not is_x.any():
        axes.axis("off")
        layers.say_below(axes, "One layer of sub-modules: no paths")
        return
    shown = weights[np.ix_(is_x, is_y)]
    edges = [np.arange(size + 1) - 0.5 for size in shown.shape]
    grid = axes.pcolormesh(
        edges[1],
        edges[0],
        shown,
        cmap="Blues",
        vmin=0,
        vmax=1,
        edgecolors="white",
        linewidth=0.3,
    )
    names = np.array(submodules.names(rows))
    axes.set_xticks(range(shown.shape[1]), names[is_y], rotation=90)
    axes.set_yticks(range(shown.shape[0]), names[is_x])
    axes.tick_params(length=0, labelsize=style.SMALL)
    is_important = (rows.taxonomy == IMPORTANT).to_numpy()
    for shown_labels, chosen in ((axes.get_xticklabels(), is_y), (axes.get_yticklabels(), is_x)):
        for text, bold in zip(shown_labels, is_important[chosen], strict=True):
            text.set_fontweight("bold" if bold else "normal")
    axes.spines[:].set_visible(False)
    axes.set(xlabel="Sub-module Y", ylabel="Sub-module X", aspect="equal")
    axes.invert_yaxis()
    for start in submodules.layer_starts(rows.layer[is_x])[1:-1]:
        axes.axhline(start - 0.5, color="black", linewidth=0.5)
    for start in submodules.layer_starts(rows.layer[is_y])[1:-1]:
        axes.axvline(start - 0.5, color="black", linewidth=0.5)
    label = "Weight of the paths, relative to\nthe strongest between the layers"
    figure.colorbar(grid, ax=axes, label=label, shrink=0.8, aspect=30)
