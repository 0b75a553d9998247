"""Layers as operators: their absolute weights applied to values, never listed edge by edge.

An operator stands for a block of edges, (units before, units after), and multiplies as a matrix
does: ``block @ values`` are sums over the neighbours behind, ``block.T @ values`` over those
before. A convolution of 0.3 million weights has 75 million edges; applied as one matrix product it
takes some milliseconds and the memory of its image.

Values of an image are numbered place by place, row by row, then by channel, as Keras flattens
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod

import numba
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

AT_ONCE = 2**18
"""Values that are gathered before they are multiplied, 2 MB."""


@dataclass(frozen=True)
class Windows:
    """The windows that a convolution or a pool looks through, along any number of axes.

    Attributes
    ----------
    before : tuple of int
        Places of the image along each axis.
    size, strides, dilation : tuple of int
    padding : tuple of (int, int)
        Places without values that are added at the start and at the end of each axis.
    """

    before: tuple[int, ...]
    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]

    @cached_property
    def padded(self) -> tuple[int, ...]:
        """Places along each axis with the padding."""
        return tuple(
            length + sum(added) for length, added in zip(self.before, self.padding, strict=True)
        )

    @cached_property
    def after(self) -> tuple[int, ...]:
        """Windows along each axis."""
        how = zip(self.padded, self.size, self.strides, self.dilation, strict=True)
        return tuple(
            (length - dilation * (size - 1) - 1) // stride + 1
            for length, size, stride, dilation in how
        )

    @cached_property
    def inside(self) -> tuple[slice, ...]:
        """Where the image lies in the padded one."""
        return tuple(
            slice(first, first + length)
            for length, (first, _) in zip(self.before, self.padding, strict=True)
        )

    @lru_cache(maxsize=256)  # noqa: B019 (a few windows, met again and again)
    def parts(self, start: int, stop: int) -> list[tuple[slice, ...]]:
        """The places of the padded image that each place of the windows meets, place by place.

        Of the windows from `start` to `stop` along the first axis.
        """
        counts, found = (stop - start, *self.after[1:]), []
        for offset in np.ndindex(*self.size):
            firsts = [place * step for place, step in zip(offset, self.dilation, strict=True)]
            firsts[0] += start * self.strides[0]
            how = zip(firsts, counts, self.strides, strict=True)
            found.append(
                tuple(slice(first, first + step * (n - 1) + 1, step) for first, n, step in how)
            )
        return found


class Operator(LinearOperator):
    """A block of edges that is applied, and listed only on demand."""

    def __init__(self, shape: tuple[int, int]):
        super().__init__(np.float64, shape)

    def _transpose(self) -> LinearOperator:
        return self.H  # the same for real weights, without copies

    def tocsr(self) -> sparse.csr_array:
        """All edges, listed."""
        raise NotImplementedError


class _OfImages(Operator):
    """What works window by window: forward from the image, back from what the windows make."""

    def __init__(self, windows: Windows, n_in: int, n_out: int):
        super().__init__((prod(windows.before) * n_in, prod(windows.after) * n_out))
        self.windows, self.n_in, self.n_out = windows, n_in, n_out

    def _rmatmat(self, values: np.ndarray) -> np.ndarray:
        images = values.T.reshape(-1, *self.windows.before, self.n_in)
        padded = np.zeros((len(images), *self.windows.padded, self.n_in))
        padded[:, *self.windows.inside] = images
        made = np.empty((len(images), *self.windows.after, self.n_out))
        for rows in self._rows(len(images)):
            parts = self.windows.parts(rows.start, rows.stop)
            made[:, rows] = self._forward(padded, parts, rows)
        return made.reshape(len(made), -1).T

    def _matmat(self, values: np.ndarray) -> np.ndarray:
        made = values.T.reshape(-1, *self.windows.after, self.n_out)
        padded = np.zeros((len(made), *self.windows.padded, self.n_in))
        for rows in self._rows(len(made)):
            parts = self.windows.parts(rows.start, rows.stop)
            self._back(made[:, rows], padded, parts, rows)
        return padded[:, *self.windows.inside].reshape(len(made), -1).T

    def _rows(self, n_images: int) -> Iterator[slice]:
        """Windows along the first axis that are worked on at once."""
        n_rows, *others = self.windows.after
        of_row = n_images * prod(others) * prod(self.windows.size) * self.n_in
        step = max(1, AT_ONCE // of_row)
        return (slice(start, min(start + step, n_rows)) for start in range(0, n_rows, step))


class Convolution(_OfImages):
    """Absolute weights of a convolution.

    Parameters
    ----------
    kernel : (*size, n_in / groups, n_out) array
    windows : Windows
    groups : int
        Channels before and after fall into so many groups; each sees its own alone.
    """

    def __init__(self, kernel: np.ndarray, windows: Windows, groups: int = 1):
        *_, n_in, n_out = kernel.shape
        super().__init__(windows, n_in * groups, n_out)
        self.groups = groups
        # (groups, places of a window × channels before, channels after)
        by_group = np.abs(kernel, dtype=np.float64).reshape(-1, n_in, groups, n_out // groups)
        self.weights = by_group.transpose(2, 0, 1, 3).reshape(groups, -1, n_out // groups)

    def _forward(self, padded, parts, rows):
        gathered = np.stack([padded[:, *part] for part in parts], axis=-2)
        shape = (-1, gathered.shape[-2], self.groups, self.n_in // self.groups)
        by_group = np.moveaxis(gathered.reshape(shape), 2, 0)
        made = by_group.reshape(self.groups, -1, self.weights.shape[1]) @ self.weights
        return np.moveaxis(made, 0, 1).reshape(*gathered.shape[:-2], self.n_out)

    def _back(self, made, padded, parts, rows):
        by_group = np.moveaxis(made.reshape(-1, self.groups, self.weights.shape[2]), 1, 0)
        spread = by_group @ self.weights.transpose(0, 2, 1)
        spread = spread.reshape(self.groups, -1, prod(self.windows.size), self.n_in // self.groups)
        spread = np.moveaxis(spread, 0, 2).reshape(*made.shape[:-1], -1, self.n_in)
        for place, part in enumerate(parts):
            padded[:, *part] += spread[..., place, :]

    def tocsr(self) -> sparse.csr_array:
        numbers = np.full(self.windows.padded, -1)
        numbers[self.windows.inside] = np.arange(prod(self.windows.before)).reshape(
            self.windows.before
        )
        before_group, after_group = self.n_in // self.groups, self.n_out // self.groups
        rows, columns, weights = [], [], []
        for place, part in enumerate(self.windows.parts(0, self.windows.after[0])):
            taken = numbers[part].ravel()
            made = np.flatnonzero(taken >= 0)
            taken = taken[made]
            for group, own in enumerate(self.weights):
                kernel = own[place * before_group : (place + 1) * before_group]
                before, after = np.nonzero(kernel)
                first_in, first_out = group * before_group, group * after_group
                rows.append((taken[:, None] * self.n_in + first_in + before).ravel())
                columns.append((made[:, None] * self.n_out + first_out + after).ravel())
                weights.append(np.tile(kernel[before, after], made.size))
        coordinates = (np.concatenate(rows), np.concatenate(columns))
        return sparse.csr_array((np.concatenate(weights), coordinates), shape=self.shape)


class Pool(_OfImages):
    """Share of every unit of an image in every unit of the pooled image.

    The units of a window have equal shares, which add up to 1.

    Parameters
    ----------
    windows : Windows
    n_channels : int
    """

    def __init__(self, windows: Windows, n_channels: int):
        super().__init__(windows, n_channels, n_channels)
        inside = np.zeros(windows.padded)
        inside[windows.inside] = 1
        counts = sum(inside[part] for part in windows.parts(0, windows.after[0]))
        self.counts = np.maximum(counts, 1)[..., None]  # a window may see padding alone

    def _forward(self, padded, parts, rows):
        return sum(padded[:, *part] for part in parts) / self.counts[rows]

    def _back(self, made, padded, parts, rows):
        shares = made / self.counts[rows]
        for part in parts:
            padded[:, *part] += shares

    def tocsr(self) -> sparse.csr_array:
        one = Convolution(np.ones((*self.windows.size, 1, 1)), self.windows).tocsr()
        shares = one @ sparse.diags_array(1 / self.counts.ravel())
        return sparse.csr_array(sparse.kron(shares, sparse.eye_array(self.n_in)))


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
        sums = np.empty(self.shape[0])
        _row_sums(self.weights, values.ravel(), sums)
        return sums

    def _rmatvec(self, values: np.ndarray) -> np.ndarray:
        sums = np.empty(self.shape[1])
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

    def tocsr(self) -> sparse.csr_array:
        return sparse.csr_array(self.toarray())


class Product(Operator):
    """What two blocks make together: edges by way of values that are no units themselves.

    Parameters
    ----------
    left, right : (n_before, n), (n, n_after) arrays, CSR arrays or operators
    """

    def __init__(self, left, right):
        super().__init__((left.shape[0], right.shape[1]))
        self.left, self.right = left, right

    def _matmat(self, values: np.ndarray) -> np.ndarray:
        return self.left @ (self.right @ values)

    def _rmatmat(self, values: np.ndarray) -> np.ndarray:
        return self.right.T @ (self.left.T @ values)

    def tocsr(self) -> sparse.csr_array:
        return sparse.csr_array(listed(self.left) @ listed(self.right))


def listed(block: np.ndarray | sparse.csr_array | Operator) -> sparse.csr_array:
    """A block with its edges listed."""
    return block.tocsr() if isinstance(block, Operator) else sparse.csr_array(block)


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
