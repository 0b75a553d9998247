"""What all drawings of one network have in common: what they show, their panels, their colours."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.clustering.results import Clusters
from nn_modularity.figures.parts import style
from nn_modularity.graphs import of_files
from nn_modularity.graphs.layered import LayeredGraph
from nn_modularity.graphs.unit_graph import UnitGraph
from nn_modularity.networks.facts import Facts
from nn_modularity.networks.labelling import Labelling
from nn_modularity.tables.clustering import average_in_out

METRICS = {
    "test_acc": "test accuracy",
    "train_acc": "train accuracy",
    "test_loss": "test loss",
}

MANY_LAYERS = 8
"""More layers than that have no room for long names."""


@dataclass(frozen=True, eq=False)
class ClusteredNetwork:
    """One network as the drawings see it.

    Attributes
    ----------
    title : str
        Its stage.
    graph : LayeredGraph or UnitGraph
    labelling : Labelling
        The neurons by cluster.
    image_shape : (int, int) or None
        Shape of the input where it is a grey image, a node a pixel.
    metrics : mapping of name → value
        What is written below the drawing.
    data_complete : bool
        Whether it was trained on all of its dataset.
    units : {"neurons", "channels"}
        What the nodes are.
    """

    title: str
    graph: LayeredGraph | UnitGraph
    labelling: Labelling
    image_shape: tuple[int, int] | None
    metrics: Mapping[str, float]
    data_complete: bool = True
    units: str = "neurons"

    @property
    def metric_texts(self) -> list[str]:
        """Name and value of each metric, as a reader sees them."""
        return [
            f"{name} {value}" if isinstance(value, int) else f"{name} {value:.4f}"
            for name, value in self.metrics.items()
        ]


class _Shown(Protocol):
    @property
    def data_complete(self) -> bool: ...


Shown = TypeVar("Shown", bound=_Shown)


@dataclass(frozen=True, eq=False)
class Drawing(Generic[Shown]):
    """One model as the drawings see it: its network at each stage, clustered.

    Attributes
    ----------
    subject : str
        As the figure's heading says it.
    k : int
        Number of clusters.
    networks : tuple of ClusteredNetwork, or of what else knows its ``data_complete``
        A network a stage.
    """

    subject: str
    k: int
    networks: tuple[Shown, ...]

    @property
    def data_complete(self) -> tuple[bool, ...]:
        """Whether the networks were trained on all of their dataset."""
        return tuple(network.data_complete for network in self.networks)


def read(
    inputs: Mapping[str, Any],
    subject: str,
    stages: Sequence[str],
    k: int,
    graph: Mapping[str, str],
) -> Drawing[ClusteredNetwork]:
    """Read one model's networks and their clusterings.

    Parameters
    ----------
    inputs : mapping
        ``network`` and ``clustering``: a file a stage.
    subject : str
        As the figure's heading says it.
    stages : sequence of str
    k : int
        Number of clusters.
    graph : mapping
        How the networks' graphs are made: ``units``, ``scale``, ``norm``.
    """
    paths = zip(inputs["network"], inputs["clustering"], stages, strict=True)
    networks = (clustered_network(*of_stage, k, graph) for of_stage in paths)
    return Drawing(subject, k, tuple(networks))


def clustered_network(
    network: str | Path, clustering: str | Path, title: str, k: int, graph: Mapping[str, str]
) -> ClusteredNetwork:
    """Read a network file and its clustering."""
    weighted = of_files.read(network, **graph)
    clusters = Clusters.read(clustering)
    metrics = {
        "N-cut": clusters.ncut,
        "in–out ratio": average_in_out(clusters.ncut, k),
        f"isolated {graph['units']}": clusters.n_isolated,
    }
    metrics = {name: value for name, value in metrics.items() if not math.isnan(value)}
    facts = Facts.of(weighted.attributes).metrics
    known = {METRICS[name]: facts[name] for name in METRICS if name in facts}
    found = of_files.graph(weighted)
    shape = image_shape(weighted.input_shape)
    return ClusteredNetwork(
        title=title,
        graph=found,
        labelling=clusters,
        image_shape=shape if shape and prod(shape) == found.widths[0] else None,
        metrics=metrics | known,
        data_complete=clusters.data_complete,
        units=graph["units"],
    )


def side_by_side(drawing: Drawing, height: float) -> tuple[Figure, np.ndarray]:
    """Return a figure with a panel a network, and its panels."""
    n_networks = len(drawing.networks)
    figure = style.figure(
        drawing.subject, style.PAGE if n_networks > 1 else style.COLUMN + 0.4, height
    )
    return figure, figure.subplots(1, n_networks, squeeze=False)[0]


def image_shape(input_shape: tuple[int, ...]) -> tuple[int, int] | None:
    """Shape of the image that an input is, if it is one: (28, 28), (28, 28, 1) or (784,)."""
    sizes = tuple(size for size in input_shape if size > 1)
    if len(sizes) == 2 and min(sizes) >= 4:
        return sizes
    side = int(np.sqrt(np.prod(sizes)))
    return (side, side) if len(sizes) == 1 and side >= 8 and side**2 == sizes[0] else None


def cluster_colour(label: int) -> str:
    """Colour of a cluster; grey for −1."""
    return palette.ISOLATED if label < 0 else palette.CLUSTERS[label % len(palette.CLUSTERS)]


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
    """Names of the layers of a network: input, hidden 1, …, output; those of many in short."""
    if n_layers > MANY_LAYERS:
        return ["in", *map(str, range(1, n_layers - 1)), "out"]
    return ["input", *(f"hidden {number}" for number in range(1, n_layers - 1)), "output"]


def dot(label: str, colour: str, size: float = 4.5) -> Line2D:
    """Return a legend entry with a dot."""
    return Line2D([], [], color=colour, marker="o", ls="", mew=0, markersize=size, label=label)
