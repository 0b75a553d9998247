"""What clustering a network takes, told from its layers before a graph is made."""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import prod

from nn_modularity.errors import StudyError
from nn_modularity.graphs.layered import LARGEST_COPY
from nn_modularity.graphs.of_files import AnyNetwork
from nn_modularity.graphs.units import MOST_LISTED, count_edges
from nn_modularity.networks import chains, layers
from nn_modularity.networks.weights import Network

PASSES = 100
"""Products with the adjacency matrix until its eigenvectors have converged; 30 to 200 are usual."""
LISTED_A_SECOND, APPLIED_A_SECOND = 4e8, 5e10
"""Edges that a pass takes a second: listed one by one or as a matrix, or applied as windows."""
BYTES_LISTED = 40
"""Memory of an edge that is listed: weight and place, both ways, and what is scaled of it."""
VECTORS = 40
"""Numbers of 8 bytes that a unit has for the search for eigenvectors, beside k for k-means."""


@dataclass(frozen=True)
class Estimate:
    """Size of a graph, and what clustering it takes: right within a factor of three or so.

    Attributes
    ----------
    n_units, n_edges : int
    megabytes : float
        Beside the interpreter and the network's weights.
    seconds : float
        On one core.
    """

    n_units: int
    n_edges: int
    megabytes: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.n_units:,} nodes, {self.n_edges:,} edges; clustering takes about "
            f"{self.megabytes:,.0f} MB and {self.seconds:,.0f} s"
        )


def clustering(network: Network | AnyNetwork, k: int) -> Estimate:
    """What clustering a network once takes.

    Parameters
    ----------
    network : Network or AnyNetwork
        As `of_files.read` gives it.
    k : int
        Number of clusters.
    """
    if isinstance(network, Network):
        network = AnyNetwork(chains.to_graph(network), "neurons", "raw", "l1")
    found, by_channel = network.network, network.units == "channels"
    n_units, n_listed, n_applied, n_copied = 0, 0, 0, 0
    for number in (0, *found.unit_layers):
        shape = found.shapes[number]
        n_units += shape[-1] if by_channel and len(shape) > 1 else prod(shape)
        if number == 0:
            continue
        n_edges = count_edges(found, number, by_channel)
        is_dense = isinstance(found.layers[number], layers.Dense)
        if is_dense or n_edges <= MOST_LISTED:
            n_listed += n_edges
            n_copied += min(n_edges, LARGEST_COPY if is_dense else MOST_LISTED)
        else:
            n_applied += n_edges
    return Estimate(
        n_units,
        n_listed + n_applied,
        megabytes=(BYTES_LISTED * n_copied + 8 * n_units * (VECTORS + 3 * k)) / 2**20,
        seconds=PASSES * (n_listed / LISTED_A_SECOND + n_applied / APPLIED_A_SECOND)
        + 1e-7 * n_units * (VECTORS + 10 * k),
    )


def check(estimate: Estimate) -> None:
    """See that there is memory for a clustering.

    Raises
    ------
    StudyError
        If it takes more than the machine has.
    """
    room = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20
    if estimate.megabytes > room:
        raise StudyError(
            f"clustering: found {estimate}, and this machine has {room:,.0f} MB; take a larger "
            "one, say `units: channels`, or take a part of the network"
        )
