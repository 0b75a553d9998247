"""Blocks of edges between two layers of units, as matrices or as operators.

An operator multiplies as a matrix does: ``block @ values`` are weighted sums over the neighbours
behind, ``block.T @ values`` over those before. Its edges are listed only on demand. Sums are as
precise as the values: float32 makes float32, where weights aren't listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numba
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

AT_ONCE = 2**18
"""Values that are gathered before they are multiplied, 2 MB."""


class Operator(LinearOperator):
    """A block of edges that is applied, and listed only on demand."""

    def __init__(self, shape: tuple[int, int]):
        super().__init__(np.float64, shape)

    def _transpose(self) -> LinearOperator:
        return self.H  # the same for real weights, without copies

    def edges(self) -> Iterator[Edges]:
        """All edges, some at a time: numbers of units before and after, and weights."""
        raise NotImplementedError

    def tocsr(self) -> sparse.csr_array:
        """All edges, listed."""
        found = [np.concatenate(parts) for parts in zip(*self.edges(), strict=True)]
        if not found:
            return sparse.csr_array(self.shape)
        return sparse.csr_array((found[2], tuple(found[:2])), shape=self.shape)


Listed: TypeAlias = np.ndarray | sparse.csr_array
Block: TypeAlias = Listed | Operator
Edges: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]


class Matrix(Operator):
    """Absolute weights of a dense layer, of which no copy is made.

    Parameters
    ----------
    weights : (n_in, n_out) array
    """

    def __init__(self, weights: np.ndarray):
        super().__init__(weights.shape)
        self.weights = np.ascontiguousarray(weights)

    def _matvec(self, values: np.ndarray) -> np.ndarray:
        sums = np.empty(self.shape[0], values.dtype)
        _row_sums(self.weights, values.ravel(), sums)
        return sums

    def _rmatvec(self, values: np.ndarray) -> np.ndarray:
        sums = np.empty(self.shape[1], values.dtype)
        _column_sums(self.weights, values.ravel(), sums)
        return sums

    def _matmat(self, values: np.ndarray) -> np.ndarray:
        return np.concatenate([part @ values for _, part in self._parts()])

    def _rmatmat(self, values: np.ndarray) -> np.ndarray:
        return sum(part.T @ values[rows] for rows, part in self._parts())

    def _parts(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Some rows at a time, in double precision."""
        step = max(1, AT_ONCE // self.shape[1])
        for start in range(0, self.shape[0], step):
            rows = slice(start, start + step)
            yield rows, np.abs(self.weights[rows], dtype=np.float64)

    def toarray(self) -> np.ndarray:
        """A copy of the weights without signs, (n_in, n_out) float64."""
        return np.abs(self.weights, dtype=np.float64)

    def edges(self) -> Iterator[Edges]:
        for rows, part in self._parts():
            before, after = np.nonzero(part)
            yield before + rows.start, after, part[before, after]


class Product(Operator):
    """What two blocks make together: edges by way of values that are no units themselves.

    Parameters
    ----------
    left, right : (n_before, n), (n, n_after) blocks
    """

    def __init__(self, left: Block, right: Block):
        super().__init__((left.shape[0], right.shape[1]))
        self.left, self.right = left, right

    def _matmat(self, values: np.ndarray) -> np.ndarray:
        return self.left @ (self.right @ values)

    def _rmatmat(self, values: np.ndarray) -> np.ndarray:
        return self.right.T @ (self.left.T @ values)

    def edges(self) -> Iterator[Edges]:
        yield from edges(sparse.csr_array(listed(self.left) @ listed(self.right)))


class Sum(Operator):
    """Edges of two blocks between the same units.

    Parameters
    ----------
    first, second : (n_before, n_after) blocks
    """

    def __init__(self, first: Block, second: Block):
        super().__init__(first.shape)
        self.first, self.second = first, second

    def _matmat(self, values: np.ndarray) -> np.ndarray:
        return self.first @ values + self.second @ values

    def _rmatmat(self, values: np.ndarray) -> np.ndarray:
        return self.first.T @ values + self.second.T @ values

    def edges(self) -> Iterator[Edges]:
        yield from edges(self.first)
        yield from edges(self.second)


class Turned(Operator):
    """A block seen from behind: its transpose.

    Parameters
    ----------
    block : (n_after, n_before) block
    """

    def __init__(self, block: Block):
        super().__init__(block.shape[::-1])
        self.block = block

    def _matmat(self, values: np.ndarray) -> np.ndarray:
        return self.block.T @ values

    def _rmatmat(self, values: np.ndarray) -> np.ndarray:
        return self.block @ values

    def edges(self) -> Iterator[Edges]:
        return ((after, before, weights) for before, after, weights in edges(self.block))


def edges(block: Block) -> Iterator[Edges]:
    """All edges of a block, some at a time: numbers of units before and after, and weights."""
    if isinstance(block, Operator):
        yield from block.edges()
        return
    block = listed(block)
    before = np.repeat(np.arange(block.shape[0], dtype=np.int32), np.diff(block.indptr))
    yield before, block.indices, block.data


def listed(block: Block) -> sparse.csr_array:
    """A block with its edges listed."""
    return sparse.csr_array(block) if isinstance(block, np.ndarray) else block.tocsr()


def scaled(block: Block, of_rows: np.ndarray, of_columns: np.ndarray) -> Block:
    """A block with its rows and columns multiplied by a factor each."""
    if isinstance(block, np.ndarray):
        return of_rows[:, None] * block * of_columns
    left, right = sparse.diags_array(of_rows).tocsr(), sparse.diags_array(of_columns).tocsr()
    return product(product(left, block), right)


def product(left: Block, right: Block) -> Block:
    """`left` @ `right`, an operator where one of them is."""
    if isinstance(left, Operator) or isinstance(right, Operator):
        return Product(left, right)
    return _plain(left @ right)


def total(left: Block, right: Block) -> Block:
    """`left` + `right`, an operator where one of them is."""
    if isinstance(left, Operator) or isinstance(right, Operator):
        return Sum(left, right)
    return _plain(left + right)


def _plain(block):
    return sparse.csr_array(block) if sparse.issparse(block) else np.asarray(block)


# Sums may be reordered into vector instructions; NaN and infinity keep their meaning.
_compiled = numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract", "nsz"})


@_compiled
def _row_sums(weights, values, sums):
    n_rows, n_columns = weights.shape
    in_fours = n_rows - n_rows % 4
    # Four rows at a time, so that a value is loaded once for four products.
    for row in range(0, in_fours, 4):
        first, second, third, fourth = (
            weights[row],
            weights[row + 1],
            weights[row + 2],
            weights[row + 3],
        )
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
        for column in range(n_columns):
            value = values[column]
            a += abs(first[column]) * value
            b += abs(second[column]) * value
            c += abs(third[column]) * value
            d += abs(fourth[column]) * value
        sums[row], sums[row + 1], sums[row + 2], sums[row + 3] = a, b, c, d
    for row in range(in_fours, n_rows):
        own, total = weights[row], 0.0
        for column in range(n_columns):
            total += abs(own[column]) * values[column]
        sums[row] = total


@_compiled
def _column_sums(weights, values, sums):
    n_rows, n_columns = weights.shape
    in_fours = n_rows - n_rows % 4
    sums[:] = 0.0
    # Four rows at a time, so that a sum is loaded and stored once for four products.
    for row in range(0, in_fours, 4):
        first, second, third, fourth = (
            weights[row],
            weights[row + 1],
            weights[row + 2],
            weights[row + 3],
        )
        a, b, c, d = values[row], values[row + 1], values[row + 2], values[row + 3]
        for column in range(n_columns):
            sums[column] += (
                abs(first[column]) * a
                + abs(second[column]) * b
                + (abs(third[column]) * c + abs(fourth[column]) * d)
            )
    for row in range(in_fours, n_rows):
        own, value = weights[row], values[row]
        for column in range(n_columns):
            sums[column] += abs(own[column]) * value
