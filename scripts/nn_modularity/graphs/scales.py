"""Scales of a graph's weights: as they are, or freed of what doesn't change the function.

A ReLU unit's incoming weights times a, its outgoing ones divided by a, leave the network's
function as it is and change the graph.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from nn_modularity.errors import StudyError
from nn_modularity.graphs.operators import Block, Operator, scaled
from nn_modularity.graphs.unit_graph import UnitGraph
from nn_modularity.graphs.units import count_all_edges, from_network
from nn_modularity.networks.network import Network

MOST_SQUARED = 100_000_000
"""Edges that are listed for their squares; each takes some 40 bytes on the way."""


def raw(network: Network, units: str, norm: str) -> UnitGraph:
    """The weights as they are; the study's scale."""
    return from_network(network, units, norm)


def unit_norm(network: Network, units: str, norm: str) -> UnitGraph:
    """Each hidden unit's incoming weights have the L2 norm 1; the factor moves on.

    Layers are taken in order, so that what a unit passes on counts in the norms of the next. The
    network's output, which passes nothing on, keeps its weights. The function of a network of
    ReLUs stays the same, and scales of its units that leave it the same leave the graph the same.
    """
    n_edges = count_all_edges(network, units)
    if n_edges > MOST_SQUARED:
        raise StudyError(
            f"scale: unit_norm squares every edge; found {n_edges:,} between {units}, expected at "
            f"most {MOST_SQUARED:,}. Say `units: channels`, or `scale: raw`."
        )
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
            (i, j): scaled(block, factors[i], 1 / factors[j])
            for (i, j), block in graph.blocks.items()
        },
    )


def equal_volume(network: Network, units: str, norm: str) -> UnitGraph:
    """The weights into each layer of units add up to 1."""
    graph = from_network(network, units, norm)
    totals = np.zeros(len(graph.widths))
    for (_, j), block in graph.blocks.items():
        totals[j] += (block @ np.ones(block.shape[1])).sum()
    return UnitGraph(
        graph.widths,
        {
            (i, j): scaled(block, np.ones(block.shape[0]), np.full(block.shape[1], 1 / totals[j]))
            if totals[j]
            else block
            for (i, j), block in graph.blocks.items()
        },
    )


SCALES: dict[str, Callable[[Network, str, str], UnitGraph]] = {
    "raw": raw,
    "unit_norm": unit_norm,
    "equal_volume": equal_volume,
}


def _squared(block: Block) -> Block:
    if isinstance(block, Operator):
        block = block.tocsr()
    return block.power(2) if sparse.issparse(block) else block**2
