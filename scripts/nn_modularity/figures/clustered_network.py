"""A clustered network neuron by neuron, unpruned beside pruned."""

import numpy as np
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nn_modularity.figures.parts import drawings, style
from nn_modularity.figures.parts.drawings import ClusteredNetwork, Drawing, cluster_colour

IMAGE = 1.15
"""Width of the input image; a column is `JITTER` wide, the next one `STEP` further."""
STEP = 0.44
JITTER = 0.3
CROWDED = 32
"""Number of neurons from which a column is spread sideways, in small dots."""
GAP = 0.02
"""Gap between two clusters of a column, as a share of its height."""

read = drawings.read


def draw(drawing: Drawing) -> Figure:
    """Draw networks side by side, neuron by neuron.

    The input as an image, every other layer as a jittered column sorted by cluster; the colour is
    the cluster, grey an isolated neuron.
    """
    networks = drawing.networks
    figure, panels = drawings.side_by_side(drawing, 3.0)
    for axes, network in zip(panels, networks, strict=True):
        _draw_neurons(axes, network)
    used = sorted({int(label) for network in networks for label in network.labelling.labels})
    style.legend_above(
        figure,
        [
            drawings.dot(_cluster_name(label), cluster_colour(label))
            for label in sorted(used, key=_last)
        ],
    )
    return figure


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
    by_layer = network.labelling.by_layer
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
        for name, labels, number in zip(
            drawings.layer_names(len(by_layer)), by_layer, isolated, strict=True
        )
    ]
    drawings.finish(axes, network, middles, names)


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
        rasterized=labels.size > style.MANY,
    )


def _draw_image(axes: Axes, labels: np.ndarray) -> None:
    """Draw the inputs' clusters as an image at the left of the axes, pixels square."""
    inset = axes.inset_axes((0, 0, IMAGE, 1), transform=axes.transData)
    pixels = [colors.to_rgb(cluster_colour(label)) for label in labels.flat]
    inset.imshow(np.reshape(pixels, (*labels.shape, 3)), interpolation="nearest")
    inset.set_axis_off()


def _cluster_name(label: int) -> str:
    return "isolated (number in brackets)" if label < 0 else f"cluster {label}"


def _last(label: int) -> float:
    """Sort key: by label, isolated neurons last."""
    return np.inf if label < 0 else label
