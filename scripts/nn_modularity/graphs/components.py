"""Connected components of graphs, edges seen some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from nn_modularity.graphs.operators import Block, Product, Sum, edges

AT_ONCE = 4_000_000
"""Edges that are joined at once, 100 MB."""


def connected(n_units: int, blocks: Iterable[tuple[int, int, Block]]) -> np.ndarray:
    """Number of every unit's component, in the order of their first units.

    Parameters
    ----------
    n_units : int
    blocks : iterable of (int, int, block)
        The first unit of the layers before and after, and the edges between them.

    Returns
    -------
    (n_units,) int
    """
    parts, is_passed = _parts(n_units, blocks)
    n_nodes = len(is_passed)
    component = np.arange(n_nodes)
    for before, after in _in_turns(parts):
        is_joined = is_passed[before] & is_passed[after]
        ends = component[before[is_joined]], component[after[is_joined]]
        joined = sparse.coo_array((np.ones(len(ends[0]), bool), ends), shape=(n_nodes, n_nodes))
        _, merged = csgraph.connected_components(joined, directed=False)
        component = merged[component]
    _, component = np.unique(component[:n_units], return_inverse=True)
    return component


def _parts(n_units, blocks):
    """Blocks without products, each with its first nodes; which nodes pass something on.

    Nodes are the units and the values by way of which a product joins them. A value that no unit
    reaches, or that reaches no unit, joins none.
    """
    waiting, parts, is_passed = list(blocks)[::-1], [], np.ones(n_units, bool)
    while waiting:
        before, after, block = waiting.pop()
        if isinstance(block, Sum):
            waiting += [(before, after, block.second), (before, after, block.first)]
        elif isinstance(block, Product):
            into = block.left.T @ is_passed[before:][: block.shape[0]].astype(float)
            out_of = block.right @ is_passed[after:][: block.shape[1]].astype(float)
            between = len(is_passed)
            is_passed = np.append(is_passed, (into > 0) & (out_of > 0))
            waiting += [(between, after, block.right), (before, between, block.left)]
        else:
            parts.append((before, after, block))
    return parts, is_passed


def _in_turns(parts: Sequence[tuple[int, int, Block]]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Both ends of all edges, many at a time."""
    befores, afters, n_waiting = [], [], 0
    for first_before, first_after, block in parts:
        for before, after, _ in edges(block):
            befores.append(before + first_before)
            afters.append(after + first_after)
            n_waiting += before.size
            if n_waiting >= AT_ONCE:
                yield np.concatenate(befores), np.concatenate(afters)
                befores, afters, n_waiting = [], [], 0
    if befores:
        yield np.concatenate(befores), np.concatenate(afters)
