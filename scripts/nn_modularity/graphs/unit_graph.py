"""Graphs of layers of units, of which any two may have edges between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import numpy as np
from scipy import sparse

from nn_modularity.errors import StudyError
from nn_modularity.graphs import components
from nn_modularity.graphs.layered import NEGLIGIBLE, LayeredGraph, from_kernels
from nn_modularity.graphs.operators import Block, Operator, listed


@dataclass(frozen=True, eq=False)
class UnitGraph:
    """Weights between layers of units.

    Parameters
    ----------
    widths : tuple of int
        Units by layer, the input's first.
    blocks : dict of (widths[i], widths[j]) float64 arrays, dense or CSR, or operators, by (i, j)
        ``blocks[i, j][a, b]``, i < j, is the weight of the edge between unit ``a`` of layer ``i``
        and unit ``b`` of layer ``j``; never negative.

    Notes
    -----
    Units are numbered layer by layer; arrays "(n_neurons,)" follow that order.
    """

    widths: tuple[int, ...]
    blocks: Mapping[tuple[int, int], Block]

    def __post_init__(self) -> None:
        for (i, j), block in self.blocks.items():
            if not 0 <= i < j < len(self.widths) or block.shape != (self.widths[i], self.widths[j]):
                raise StudyError(
                    f"graph: found a block {block.shape} between layers {i} and {j}, expected "
                    f"layers of {self.widths} units, the earlier first"
                )

    @property
    def between(self) -> Mapping[tuple[int, int], Block]:
        """The block between each two layers that are joined, the earlier layer first."""
        return self.blocks

    @property
    def n_neurons(self) -> int:
        """Number of units in all layers, isolated ones included."""
        return sum(self.widths)

    @cached_property
    def layer_of(self) -> np.ndarray:
        """(n_neurons,) int64, the layer of every unit."""
        return np.repeat(np.arange(len(self.widths)), self.widths)

    @cached_property
    def degrees(self) -> np.ndarray:
        """(n_neurons,) float64, the sum of the weights at every unit."""
        return self.sums(np.ones(self.n_neurons))

    @cached_property
    def isolated(self) -> np.ndarray:
        """(n_neurons,) bool, True for units whose edges weigh nothing, see `NEGLIGIBLE`."""
        return self.degrees <= NEGLIGIBLE * self.degrees.sum()

    @cached_property
    def sides(self) -> np.ndarray | None:
        """(n_layers,) int, 0 or 1, so that edges run between sides alone; None if they can't."""
        neighbours: list[set[int]] = [set() for _ in self.widths]
        for i, j in self.blocks:
            neighbours[i].add(j)
            neighbours[j].add(i)
        sides = np.full(len(self.widths), -1)
        for first in range(len(sides)):
            if sides[first] >= 0:
                continue
            sides[first] = 0
            waiting = [first]
            while waiting:
                layer = waiting.pop()
                for other in neighbours[layer]:
                    if sides[other] == sides[layer]:
                        return None
                    if sides[other] < 0:
                        sides[other] = 1 - sides[layer]
                        waiting.append(other)
        return sides

    @property
    def is_bipartite(self) -> bool:
        """Whether units fall into two sides so that edges run between them alone."""
        return self.sides is not None

    @cached_property
    def even(self) -> np.ndarray:
        """Numbers of the units on the input's side: the rows of the biadjacency matrix."""
        return np.flatnonzero(self.sides[self.layer_of] == 0)

    @cached_property
    def odd(self) -> np.ndarray:
        """Numbers of the units on the other side: the columns of the biadjacency matrix."""
        return np.flatnonzero(self.sides[self.layer_of] == 1)

    has_matrices: ClassVar[bool] = False

    @property
    def is_sparse(self) -> bool:
        """Whether all edges are listed, or may be."""
        return not any(isinstance(block, Operator) for block in self.blocks.values())

    @cached_property
    def biadjacency(self) -> sparse.csr_array:
        """(even.size, odd.size) weights between the sides."""
        return sparse.csr_array(self.adjacency()[self.even][:, self.odd])

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Weighted sums over neighbours, A @ values, (n_neurons, …) → (n_neurons, …)."""
        parts = self.by_layer(values)
        found = [np.zeros_like(part) for part in parts]
        for (i, j), block in self.blocks.items():
            found[i] += block @ parts[j]
            found[j] += block.T @ parts[i]
        return np.concatenate(found)

    def sums_at_even(self, values: np.ndarray) -> np.ndarray:
        """Weighted sums over neighbours, B @ values, (odd.size, …) → (even.size, …)."""
        return self._sums_across(values, self.odd, self.even)

    def sums_at_odd(self, values: np.ndarray) -> np.ndarray:
        """Weighted sums over neighbours, Bᵀ @ values, (even.size, …) → (odd.size, …)."""
        return self._sums_across(values, self.even, self.odd)

    def _sums_across(self, values, side, other):
        spread = np.zeros((self.n_neurons, *values.shape[1:]), values.dtype)
        spread[side] = values
        parts, found = self.by_layer(spread), np.zeros_like(spread)
        at = self.by_layer(found)
        of_side = self.sides[self.layer_of[side[0]]] if side.size else 0
        for (i, j), block in self.blocks.items():
            if self.sides[i] == of_side:
                at[j] += block.T @ parts[i]
            else:
                at[i] += block @ parts[j]
        return found[other]

    @cached_property
    def components(self) -> np.ndarray:
        """(n_neurons,) int, the number of every unit's connected component."""
        first = np.cumsum([0, *self.widths])
        blocks = ((first[i], first[j], block) for (i, j), block in self.blocks.items())
        return components.connected(self.n_neurons, blocks)

    def within(self, members: np.ndarray) -> np.ndarray:
        """Weight within groups, (n_neurons, n_groups) of 0 and 1 → (n_groups,), edges twice."""
        return (members * self.sums(members)).sum(axis=0)

    @property
    def is_chain(self) -> bool:
        """Whether edges run between consecutive layers alone."""
        return all(j == i + 1 for i, j in self.blocks)

    def as_layered(self) -> LayeredGraph:
        """The same graph where it is a chain; the fast way through clustering."""
        empty = sparse.csr_array
        return from_kernels(
            [
                self.blocks.get((i, i + 1), empty((left, right)))
                for i, (left, right) in enumerate(pairwise(self.widths))
            ]
        )

    def by_layer(self, array: np.ndarray) -> list[np.ndarray]:
        """Parts of an array (n_neurons, …), a layer each."""
        return np.split(array, np.cumsum(self.widths)[:-1])

    @cached_property
    def _adjacency(self) -> sparse.csr_array:
        grid = [[None] * len(self.widths) for _ in self.widths]
        for layer, width in enumerate(self.widths):
            grid[layer][layer] = sparse.csr_array((width, width))
        for (i, j), block in self.blocks.items():
            block = listed(block)
            grid[i][j], grid[j][i] = block, block.T
        return sparse.block_array(grid, format="csr")

    def adjacency(self) -> sparse.csr_array:
        """(n_neurons, n_neurons) symmetric weights, units in their own order."""
        return self._adjacency

    def to_networkx(self):
        """The same graph as a ``networkx.Graph`` with edge attribute ``weight``."""
        import networkx

        return networkx.from_scipy_sparse_array(self.adjacency())
