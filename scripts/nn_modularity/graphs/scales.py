"""Scales of a graph's weights: as they are, or freed of what doesn't change the function.

A ReLU unit's incoming weights times a, its outgoing ones divided by a, leave the network's
function as it is and change the graph.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from nn_modularity.graphs.layered import Block
from nn_modularity.graphs.unit_graph import UnitGraph
from nn_modularity.graphs.units import from_network
from nn_modularity.networks.network import Network


def raw(network: Network, units: str, norm: str) -> UnitGraph:
    """The weights as they are; the study's scale."""
    return from_network(network, units, norm)


def unit_norm(network: Network, units: str, norm: str) -> UnitGraph:
    """Each hidden unit's incoming weights have the L2 norm 1; the factor moves on.

    Layers are taken in order, so that what a unit passes on counts in the norms of the next. The
    network's output, which passes nothing on, keeps its weights. The function of a network of
    ReLUs stays the same, and scales of its units that leave it the same leave the graph the same.
    """
    graph = from_network(network, units, norm)
    lengths = graph if units == "neurons" else from_network(network, units, "frobenius")
    has_next = {i for i, _ in graph.blocks}
    factors = [np.ones(width) for width in graph.widths]
    for layer in range(1, len(graph.widths)):
        if layer in has_next:
            squares = sum(
                (factors[i] ** 2) @ _squared(block)
                for (i, j), block in lengths.blocks.items()
                if j == layer
            )
            found = np.sqrt(np.broadcast_to(squares, graph.widths[layer]))
            factors[layer] = np.where(found > 0, found, 1.0)
    return UnitGraph(
        graph.widths,
        {
            (i, j): _scaled(block, factors[i], 1 / factors[j])
            for (i, j), block in graph.blocks.items()
        },
    )


def equal_volume(network: Network, units: str, norm: str) -> UnitGraph:
    """The weights into each layer of units add up to 1."""
    graph = from_network(network, units, norm)
    totals = np.zeros(len(graph.widths))
    for (_, j), block in graph.blocks.items():
        totals[j] += block.sum()
    return UnitGraph(
        graph.widths,
        {
            (i, j): block / totals[j] if totals[j] else block
            for (i, j), block in graph.blocks.items()
        },
    )


SCALES: dict[str, Callable[[Network, str, str], UnitGraph]] = {
    "raw": raw,
    "unit_norm": unit_norm,
    "equal_volume": equal_volume,
}


def _squared(block: Block) -> Block:
    return block.power(2) if sparse.issparse(block) else block**2


def _scaled(block: Block, of_rows: np.ndarray, of_columns: np.ndarray) -> Block:
    if sparse.issparse(block):
        scaled = sparse.diags_array(of_rows) @ block @ sparse.diags_array(of_columns)
        return sparse.csr_array(scaled)
    return of_rows[:, None] * block * of_columns
