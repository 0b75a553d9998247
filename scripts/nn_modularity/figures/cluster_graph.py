"""The graph of a network's sub-modules: a node the part of a cluster in one layer."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity.figures.parts import drawings
from nn_modularity.figures.parts.drawings import ClusteredNetwork, Drawing, cluster_colour
from nn_modularity.graphs.layered import LayeredGraph
from nn_modularity.graphs.unit_graph import UnitGraph
from nn_modularity.networks.labelling import Labelling

LARGEST_NODE = 22.0
"""Diameter of the largest sub-module in points, less where the rows are close."""
BETWEEN = "#8C8C8C"
WIDEST_EDGE = 5.0
"""Width of the edge of the largest mean weight in points."""

read = drawings.read


@dataclass(frozen=True, eq=False)
class SubmoduleGraph:
    """Sub-modules of every layer and the mean weights between layers that are joined.

    Attributes
    ----------
    layer, label, size : (n_submodules,) int
        Ordered by layer, then label.
    edges : (n_edges, 2) int
        Sub-modules of two layers, that of the earlier first.
    weights : (n_edges,) float64
        Mean |w| over all pairs of neurons, absent connections counting as 0.
    """

    layer: np.ndarray
    label: np.ndarray
    size: np.ndarray
    edges: np.ndarray
    weights: np.ndarray


def submodule_graph(graph: LayeredGraph | UnitGraph, labelling: Labelling) -> SubmoduleGraph:
    """Reduce a clustered graph to its sub-modules; isolated neurons are in none."""
    n_labels = max(int(labelling.labels.max()) + 1, 1)
    by_layer = labelling.by_layer
    sizes = np.array([np.bincount(part[part >= 0], minlength=n_labels) for part in by_layer])
    layer, label = np.nonzero(sizes)
    number = np.full(sizes.shape, -1)
    number[layer, label] = np.arange(layer.size)
    edges, weights = [], []
    for (i, j), block in graph.between.items():
        before, after = (
            (by_layer[layer][:, None] == np.arange(n_labels)).astype(float) for layer in (i, j)
        )
        totals = before.T @ (block @ after)
        for a, b in zip(*np.nonzero(np.outer(sizes[i], sizes[j])), strict=True):
            edges.append((number[i, a], number[j, b]))
            weights.append(totals[a, b] / (sizes[i, a] * sizes[j, b]))
    return SubmoduleGraph(
        layer, label, sizes[layer, label], np.array(edges, int).reshape(-1, 2), np.array(weights)
    )


def draw(drawing: Drawing) -> Figure:
    """Draw the sub-modules of networks side by side, a node a sub-module.

    A column is a layer, a row a cluster; area is proportional to the number of neurons, edge width
    to the mean |w|, on the scale of each network's largest.
    """
    networks = drawing.networks
    figure, panels = drawings.side_by_side(drawing, 3.4)
    largest = max(
        int(submodule_graph(network.graph, network.labelling).size.max(initial=1))
        for network in networks
    )
    for axes, network in zip(panels, networks, strict=True):
        _draw_submodules(axes, network, largest)
    return figure


def _draw_submodules(axes: Axes, network: ClusteredNetwork, largest: int) -> None:
    modules = submodule_graph(network.graph, network.labelling)
    places = np.column_stack([modules.layer, -modules.label]).astype(float)
    n_rows = int(modules.label.max(initial=0)) + 1
    area = min(LARGEST_NODE, 0.85 * 160 / n_rows) ** 2 / largest
    heaviest = modules.weights.max(initial=0)
    widths = WIDEST_EDGE * modules.weights / heaviest if heaviest else 0 * modules.weights
    same = modules.label[modules.edges[:, 0]] == modules.label[modules.edges[:, 1]]
    own = [cluster_colour(label) for label in modules.label[modules.edges[:, 0]]]
    order = np.argsort(same, kind="stable")  # edges within a cluster lie above the others
    axes.add_collection(
        LineCollection(
            places[modules.edges][order],
            linewidths=widths[order],
            colors=[own[edge] if same[edge] else BETWEEN for edge in order],
            alpha=0.55,
            zorder=1,
        )
    )
    axes.scatter(
        *places.T,
        s=area * modules.size,
        c=[cluster_colour(label) for label in modules.label],
        edgecolor="black",
        linewidth=0.4,
        zorder=2,
    )
    n_layers = len(network.graph.widths)
    axes.set(xlim=(-0.5, n_layers - 0.5), ylim=(-n_rows + 0.5, 0.5))
    axes.set_yticks(range(0, -n_rows, -1), range(n_rows))
    axes.set_ylabel("Cluster")
    axes.tick_params(axis="y", length=0)
    example = min(100, largest)
    axes.legend(
        handles=[
            Line2D([], [], color=BETWEEN, lw=WIDEST_EDGE, label=f"mean |w| = {heaviest:.2g}"),
            drawings.dot(f"{example} {network.units}", BETWEEN, np.sqrt(area * example)),
        ],
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=2,
    )
    drawings.finish(axes, network, range(n_layers), drawings.layer_names(n_layers))
