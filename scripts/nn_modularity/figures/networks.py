"""Drawings of a clustered network, neuron by neuron; what all drawings of networks share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures import style
from nn_modularity.graphs.layered import LayeredGraph

IMAGE = 1.15
"""Width of the input image; a column is `JITTER` wide, the next one `STEP` further."""
STEP = 0.44
JITTER = 0.3
CROWDED = 32
"""Number of neurons from which a column is spread sideways, in small dots."""
GAP = 0.02
"""Gap between two clusters of a column, as a share of its height."""


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


def clustered_networks(networks: Sequence[ClusteredNetwork]) -> Figure:
    """Draw networks side by side, neuron by neuron.

    The input as an image, every other layer as a jittered column sorted by cluster; the colour is
    the cluster, grey an isolated neuron.
    """
    figure, panels = side_by_side(networks, 3.3)
    for axes, network in zip(panels, networks, strict=True):
        _draw_neurons(axes, network)
    used = sorted({int(label) for network in networks for label in network.labels})
    style.legend_above(
        figure,
        [dot(_cluster_name(label), cluster_colour(label)) for label in sorted(used, key=_last)],
        columns=6 if len(networks) > 1 else 3,
    )
    return figure


def side_by_side(networks: Sequence[ClusteredNetwork], height: float) -> tuple[Figure, np.ndarray]:
    """Return a figure with a panel a network, and its panels."""
    figure = style.figure(style.PAGE if len(networks) > 1 else style.COLUMN + 0.4, height)
    return figure, figure.subplots(1, len(networks), squeeze=False)[0]


def image_shape(input_shape: tuple[int, ...]) -> tuple[int, int] | None:
    """Shape of the image that an input is, if it is one: (28, 28), (28, 28, 1) or (784,)."""
    sizes = tuple(size for size in input_shape if size > 1)
    if len(sizes) == 2:
        return sizes
    side = int(np.sqrt(np.prod(sizes)))
    return (side, side) if len(sizes) == 1 and side >= 8 and side**2 == sizes[0] else None


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
    has_image = network.image_shape is not None
    middles = STEP * np.arange(len(by_layer))
    if has_image:
        middles += IMAGE + 0.3 - STEP
        middles[0] = IMAGE / 2
        _draw_image(axes, by_layer[0].reshape(network.image_shape))
    for middle, labels in list(zip(middles, by_layer, strict=True))[has_image:]:
        _draw_column(axes, middle, labels)
    for output, height in enumerate(column_layout(by_layer[-1])):
        axes.text(middles[-1] + 0.09, height, output, fontsize=style.SMALL, va="center")
    axes.set(xlim=(-0.05, middles[-1] + 0.24), ylim=(-0.03, 1.03), yticks=[])
    isolated = [int((labels < 0).sum()) for labels in by_layer]
    names = [
        f"{name}\n{labels.size}\n{f'({number})' if number else ''}"
        for name, labels, number in zip(layer_names(len(by_layer)), by_layer, isolated, strict=True)
    ]
    finish(axes, network, middles, names)


def _draw_column(axes: Axes, middle: float, labels: np.ndarray) -> None:
    """Draw a layer's neurons one below the other, many of them spread sideways."""
    heights = column_layout(labels)
    is_crowded = labels.size >= CROWDED
    # By rank, multiples of the golden ratio keep neighbours apart sideways.
    rank = np.argsort(np.argsort(-heights))
    sideways = JITTER * ((rank * 0.618034) % 1 - 0.5) if is_crowded else 0
    axes.scatter(
        np.full(labels.size, middle) + sideways,
        heights,
        s=3.5 if is_crowded else 14,
        c=[cluster_colour(label) for label in labels],
        linewidth=0,
    )


def _draw_image(axes: Axes, labels: np.ndarray) -> None:
    """Draw the inputs' clusters as an image at the left of the axes, pixels square."""
    inset = axes.inset_axes((0, 0, IMAGE, 1), transform=axes.transData)
    pixels = [colors.to_rgb(cluster_colour(label)) for label in labels.flat]
    inset.imshow(np.reshape(pixels, (*labels.shape, 3)), interpolation="nearest")
    inset.set_axis_off()


def finish(axes: Axes, network: ClusteredNetwork, ticks, names: Sequence[str]) -> None:
    """Name a network's layers, its stage, and its metrics below."""
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


def dot(label: str, colour: str, size: float = 4.5) -> Line2D:
    """Return a legend entry with a dot."""
    return Line2D([], [], color=colour, marker="o", ls="", mew=0, markersize=size, label=label)
