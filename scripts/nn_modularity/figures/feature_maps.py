"""Where a cluster's neurons sit in the feature maps of a convolutional network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nn_modularity.clustering.results import Clusters
from nn_modularity.errors import StudyError
from nn_modularity.figures.parts import style
from nn_modularity.figures.parts.drawings import Drawing, cluster_colour, dot
from nn_modularity.networks import chains, layers, network_file
from nn_modularity.networks.network import Network

ACROSS = 8
"""Maps of a layer beside each other."""
EMPTY = -2
"""What is between two maps."""


@dataclass(frozen=True, eq=False)
class Maps:
    """The feature maps of one network, by cluster.

    Attributes
    ----------
    title : str
        Its stage.
    layers : mapping of name → (height, width, channels) int64
        The labels of the neurons of its input, where it is an image, and of each convolution; −1
        for isolated neurons.
    data_complete : bool
        Whether the network was trained on all of its dataset.
    """

    title: str
    layers: Mapping[str, np.ndarray]
    data_complete: bool = True


def read(
    inputs: Mapping[str, Any],
    subject: str,
    stages: Sequence[str],
    k: int,
    graph: Mapping[str, str],
) -> Drawing[Maps]:
    """Read one model's networks and their clusterings.

    Parameters are those of `drawings.read`.

    Raises
    ------
    StudyError
        If the nodes are not neurons, or no layer has maps.
    """
    if graph["units"] != "neurons":
        raise StudyError(
            f"{subject}: found {graph['units']} as nodes, expected neurons: a channel has no "
            "place in its own map"
        )
    networks = []
    for path, clustering, stage in zip(
        inputs["network"], inputs["clustering"], stages, strict=True
    ):
        found = network_file.read_any(path)
        network = found if isinstance(found, Network) else chains.to_graph(found)
        clusters = Clusters.read(clustering)
        maps = by_place(network, clusters.by_layer)
        if not any(name.startswith("convolution") for name in maps):
            raise StudyError(f"{path}: found no convolution of images, whose maps are drawn")
        networks.append(Maps(stage, maps, clusters.data_complete))
    return Drawing(subject, k, tuple(networks))


def by_place(network: Network, labels: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Labels of the layers that are images, by the layer's name.

    Parameters
    ----------
    network : Network
    labels : sequence of (width,) int
        Of the input and of every layer that has units.

    Returns
    -------
    dict of str to (height, width, channels) int
    """
    found = {}
    for number, of_layer in zip((0, *network.unit_layers), labels, strict=True):
        shape = network.shapes[number]
        if len(shape) == 2:
            shape = (*shape, 1)
        if len(shape) == 3 and number == 0:
            found["input"] = of_layer.reshape(shape)
        elif len(shape) == 3 and isinstance(network.layers[number], layers.Convolution):
            name = f"convolution {sum(name != 'input' for name in found) + 1}"
            found[name] = of_layer.reshape(shape)
    return found


def mosaic(labels: np.ndarray) -> np.ndarray:
    """(height, width, channels) labels as one picture: a map a channel, `ACROSS` beside each other,
    with a line of `EMPTY` between them."""
    height, width, n_channels = labels.shape
    across = min(ACROSS, n_channels)
    rows = ceil(n_channels / across)
    picture = np.full((rows * (height + 1) - 1, across * (width + 1) - 1), EMPTY)
    for channel in range(n_channels):
        row, column = divmod(channel, across)
        top, left = row * (height + 1), column * (width + 1)
        picture[top : top + height, left : left + width] = labels[..., channel]
    return picture


def draw(drawing: Drawing[Maps]) -> Figure:
    """Draw every map of every convolution, a pixel a neuron, its colour the cluster.

    Rows are layers, columns stages; channels go from left to right and on in the next line.
    """
    pictures = [
        {name: mosaic(labels) for name, labels in network.layers.items()}
        for network in drawing.networks
    ]
    names = list(pictures[0])
    panel = style.PAGE / max(len(pictures), 2)
    heights = [
        panel * _share(pictures[0][name]) * pictures[0][name].shape[0] / pictures[0][name].shape[1]
        for name in names
    ]
    figure = style.figure(
        drawing.subject, panel * len(pictures), sum(heights) + 0.35 * len(names) + 0.9
    )
    panels = figure.subplots(len(names), len(pictures), squeeze=False, height_ratios=heights)
    for row, of_networks in zip(names, panels, strict=True):
        for axes, network, of_network in zip(of_networks, drawing.networks, pictures, strict=True):
            n_channels = network.layers[row].shape[-1]
            maps = f"{n_channels} maps" if n_channels > 1 else "1 map"
            _draw(axes, of_network[row], f"{network.title}: {row}, {maps}")
    used = sorted({int(label) for each in pictures for one in each.values() for label in one.flat})
    entries = [label for label in used if label >= 0] + ([-1] if -1 in used else [])
    style.legend_above(
        figure,
        [
            dot("isolated" if label < 0 else f"cluster {label}", cluster_colour(label))
            for label in entries
        ],
    )
    return figure


def _share(picture: np.ndarray) -> float:
    """How much of a panel's width a layer takes; a single map need not be as wide as eight."""
    return 0.3 if picture.shape[1] <= 64 else 1.0


def _draw(axes: Axes, picture: np.ndarray, title: str) -> None:
    white = (1.0, 1.0, 1.0)
    colour_of = {
        label: white if label == EMPTY else colors.to_rgb(cluster_colour(label))
        for label in np.unique(picture)
    }
    pixels = [colour_of[label] for label in picture.flat]
    axes.imshow(np.reshape(pixels, (*picture.shape, 3)), interpolation="nearest")
    axes.set_axis_off()
    axes.set_title(title, loc="left", fontsize=style.SMALL)
