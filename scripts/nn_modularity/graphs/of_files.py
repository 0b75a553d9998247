"""The graph of a network file, of either version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nn_modularity import files
from nn_modularity.graphs import layered, scales
from nn_modularity.graphs.layered import LayeredGraph
from nn_modularity.graphs.unit_graph import UnitGraph
from nn_modularity.networks import chains, layers, network_file, weights
from nn_modularity.networks.network import Network

MATRICES = ("kernel", "query", "key", "value", "output")
"""Names of the matrices of layers that have units."""


@dataclass(frozen=True, eq=False)
class AnyNetwork:
    """A network as a graph of layers, and how its own graph is made.

    Attributes
    ----------
    network : Network
    units : {"neurons", "channels"}
    scale : {"raw", "unit_norm", "equal_volume"}
    norm : str
        One of `units.NORMS`.
    """

    network: Network
    units: str
    scale: str
    norm: str

    def graph(self) -> LayeredGraph | UnitGraph:
        """Its graph; the faster kind where it is a chain."""
        found = scales.SCALES[self.scale](self.network, self.units, self.norm)
        return found.as_layered() if found.is_chain else found

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What is known of the network."""
        return self.network.attributes

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one image."""
        return self.network.input_shape

    @property
    def n_units(self) -> int:
        """Nodes of its graph."""
        return self.graph().n_neurons

    @property
    def matrices(self) -> list[np.ndarray]:
        """Its weights, a matrix of true entries each, in the order of the layers."""
        return [
            getattr(self.network.layers[number], name)
            for number in self.network.unit_layers
            for name in _matrices(self.network.layers[number])
        ]

    def with_matrices(self, matrices: Sequence[np.ndarray]) -> AnyNetwork:
        """The same network with other weights."""
        left = iter(matrices)
        made = list(self.network.layers)
        for number in self.network.unit_layers:
            names = _matrices(made[number])
            changed: dict[str, Any] = {name: np.asarray(next(left), np.float32) for name in names}
            made[number] = replace(made[number], **changed)
        return replace(self, network=Network(tuple(made), self.network.attributes))


def read(path: str | Path, units: str, scale: str, norm: str) -> weights.Network | AnyNetwork:
    """Read a network that a graph is to be made of.

    Returns
    -------
    weights.Network or AnyNetwork
        Of a chain whose neurons are the units, at the study's scale, the chain.
    """
    found = network_file.read_any(path, files.MADE_AGAIN)
    if isinstance(found, Network):
        return AnyNetwork(found, units, scale, norm)
    if (units, scale) == ("neurons", "raw"):
        return found
    return AnyNetwork(chains.to_graph(found), units, scale, norm)


def graph(network: weights.Network | AnyNetwork) -> LayeredGraph | UnitGraph:
    """The graph of what `read` gives."""
    return network.graph() if isinstance(network, AnyNetwork) else layered.from_network(network)


def _matrices(layer: layers.Layer) -> list[str]:
    return [name for name in MATRICES if hasattr(layer, name)]
