"""Drawings of a clustered network: neuron by neuron, and as a graph of sub-modules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures import style
from nn_modularity.graph import LayeredGraph

IMAGE = 1.15
"""Side of the input image; columns are `HEIGHT` tall. Inches at page width."""
HEIGHT = 2.1
JITTER = 0.3
GAP = 0.02
"""Gap between two clusters of a column, as a share of its height."""
LARGEST_NODE = 22.0
"""Diameter of the largest sub-module in points, less where the rows are close."""
BETWEEN = "#A8A8A8"
WIDEST_EDGE = 5.0
"""Width of the edge of the largest mean weight in points."""


@dataclass(frozen=True, eq=False)
class ClusteredNetwork:
    """One network as the drawings see it.

    Attributes
    ----------
    title : str
        Its stage.
    graph : LayeredGraph
    labels : (n_neurons,) int, −1 for isolated neurons
    image_shape : (int, int) or None
        Shape of the input where it is an image.
    metrics : mapping of name → value
        What is written below the drawing.
    data_complete : bool
        Whether it was trained on all of its dataset.
    """

    title: str
    graph: LayeredGraph
    labels: np.ndarray
    image_shape: tuple[int, int] | None
    metrics: Mapping[str, float]
    data_complete: bool = True

    @property
    def metric_texts(self) -> list[str]:
        """Name and value of each metric, as a reader sees them."""
        return [
            f"{name} {value}" if isinstance(value, int) else f"{name} {value:.4f}"
            for name, value in self.metrics.items()
        ]


@dataclass(frozen=True, eq=False)
class SubmoduleGraph:
    """Sub-modules of every layer and the mean weights between consecutive layers.

    Attributes
    ----------
    layer, label, size : (n_submodules,) int
        Ordered by layer, then label.
    edges : (n_edges, 2) int
        Sub-modules of consecutive layers, the earlier first.
    weights : (n_edges,) float64
        Mean |w| over all pairs of neurons, absent connections counting as 0.
    """

    layer: np.ndarray
    label: np.ndarray
    size: np.ndarray
    edges: np.ndarray
    weights: np.ndarray


def submodule_graph(graph: LayeredGraph, labels: np.ndarray) -> SubmoduleGraph:
    """Reduce a clustered graph to its sub-modules; isolated neurons are in none."""
    n_labels = max(int(labels.max()) + 1, 1)
    by_layer = np.split(labels, np.cumsum(graph.widths)[:-1])
    sizes = np.array([np.bincount(part[part >= 0], minlength=n_labels) for part in by_layer])
    layer, label = np.nonzero(sizes)
    number = np.full(sizes.shape, -1)
    number[layer, label] = np.arange(layer.size)
    edges, weights = [], []
    for index, block in enumerate(graph.blocks):
        before, after = (
            (part[:, None] == np.arange(n_labels)).astype(float)
            for part in by_layer[index : index + 2]
        )
        totals = before.T @ (block @ after)
        for a, b in zip(*np.nonzero(np.outer(sizes[index], sizes[index + 1])), strict=True):
            edges.append((number[index, a], number[index + 1, b]))
            weights.append(totals[a, b] / (sizes[index, a] * sizes[index + 1, b]))
    return SubmoduleGraph(
        layer, label, sizes[layer, label], np.array(edges).reshape(-1, 2), np.array(weights)
    )


def clustered_networks(networks: Sequence[ClusteredNetwork]) -> Figure:
    """Draw networks side by side, neuron by neuron.

    The input as an image, every other layer as a jittered column sorted by cluster; the colour is
    the cluster, grey an isolated neuron.
    """
    figure, panels = _side_by_side(networks, 3.5)
    for axes, network in zip(panels, networks, strict=True):
        _draw_neurons(axes, network)
    used = sorted({int(label) for network in networks for label in network.labels})
    style.legend_above(
        figure,
        [_dot(_cluster_name(label), cluster_colour(label)) for label in sorted(used, key=_last)],
        columns=11,
    )
    return figure


def cluster_graphs(networks: Sequence[ClusteredNetwork]) -> Figure:
    """Draw the sub-modules of networks side by side, a node a sub-module.

    A column is a layer, a row a cluster; area is proportional to the number of neurons, edge width
    to the mean |w|, on the scale of each network's largest.
    """
    figure, panels = _side_by_side(networks, 3.4)
    largest = max(
        int(submodule_graph(network.graph, network.labels).size.max(initial=1))
        for network in networks
    )
    for axes, network in zip(panels, networks, strict=True):
        _draw_submodules(axes, network, largest)
    return figure


def _side_by_side(networks: Sequence[ClusteredNetwork], height: float):
    figure = style.figure(style.PAGE if len(networks) > 1 else style.COLUMN + 0.4, height)
    return figure, figure.subplots(1, len(networks), squeeze=False)[0]


def cluster_colour(label: int) -> str:
    """Colour of a cluster; grey for −1."""
    return palette.ISOLATED if label < 0 else palette.CLUSTERS[label % len(palette.CLUSTERS)]


def column_layout(labels: np.ndarray) -> np.ndarray:
    """Heights of one layer's neurons, sorted by cluster from the top, isolated ones last.

    labels : (width,) int. Returns (width,) float64 in [0, 1].
    """
    order = np.argsort([_last(label) for label in labels], kind="stable")
    steps = np.diff(labels[order]) != 0
    position = np.concatenate([[0.0], np.cumsum(1 / max(labels.size, 1) + GAP * steps)])
    heights = np.empty(labels.size)
    heights[order] = 1 - position / max(position[-1], 1e-12) if labels.size > 1 else 0.5
    return heights


def _draw_neurons(axes: Axes, network: ClusteredNetwork) -> None:
    by_layer = np.split(network.labels, np.cumsum(network.graph.widths)[:-1])
    left = 0.0
    ticks, names = [], layer_names(len(by_layer))
    for number, labels in enumerate(by_layer):
        if number == 0 and network.image_shape is not None:
            pixels = np.array([colors.to_rgb(cluster_colour(label)) for label in labels])
            bottom = (HEIGHT - IMAGE) / 2
            axes.imshow(
                pixels.reshape(*network.image_shape, 3),
                extent=(0, IMAGE, bottom, bottom + IMAGE),
                interpolation="none",
            )
            middle, left = IMAGE / 2, IMAGE + 0.3
        else:
            middle = left
            is_output = number == len(by_layer) - 1
            heights = HEIGHT * column_layout(labels)
            jitter = (
                0 if labels.size < 32 else JITTER * ((np.arange(labels.size) * 0.618034) % 1 - 0.5)
            )
            axes.scatter(
                middle + jitter + np.zeros(labels.size),
                heights,
                s=3.5 if labels.size >= 32 else 14,
                c=[cluster_colour(label) for label in labels],
                linewidth=0,
            )
            if is_output:
                for output, height in enumerate(heights):
                    axes.text(middle + 0.09, height, output, fontsize=style.SMALL, va="center")
            left += 0.44
        ticks.append(middle)
        n_isolated = int((labels < 0).sum())
        brackets = f"({n_isolated})" if n_isolated else ""
        names[number] += f"\n{labels.size}\n{brackets}"
    axes.set_aspect("equal")
    axes.set(xlim=(-0.05, left - 0.2), ylim=(-0.06, HEIGHT + 0.06), yticks=[])
    _finish(axes, network, ticks, names)


def _draw_submodules(axes: Axes, network: ClusteredNetwork, largest: int) -> None:
    modules = submodule_graph(network.graph, network.labels)
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
            _dot(f"{example} neurons", BETWEEN, np.sqrt(area * example)),
        ],
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=2,
    )
    _finish(axes, network, range(n_layers), layer_names(n_layers))


def _finish(axes: Axes, network: ClusteredNetwork, ticks, names: Sequence[str]) -> None:
    axes.set_xticks(ticks, names, fontsize=style.SMALL)
    axes.tick_params(axis="x", length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(network.title, loc="left", fontweight="bold")
    texts = network.metric_texts
    lines = [" · ".join(texts[start : start + 3]) for start in range(0, len(texts), 3)]
    axes.set_xlabel("\n".join(lines), labelpad=6, fontsize=7)


def layer_names(n_layers: int) -> list[str]:
    """Names of the layers of a network: input, hidden 1, …, output."""
    return ["input", *(f"hidden {number}" for number in range(1, n_layers - 1)), "output"]


def _cluster_name(label: int) -> str:
    return "isolated (number in brackets)" if label < 0 else f"cluster {label}"


def _last(label: int) -> float:
    """Sort key: by label, isolated neurons last."""
    return np.inf if label < 0 else label


def _dot(label: str, colour: str, size: float = 4.5) -> Line2D:
    return Line2D([], [], color=colour, marker="o", ls="", mew=0, markersize=size, label=label)
