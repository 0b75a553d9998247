"""Convolutions and pools as operators: applied to images, never listed edge by edge.

A convolution of 0.3 million weights stands for 75 million edges; applied as matrix products it
takes a millisecond and the memory of its image. Values of an image are numbered place by place,
row by row, then by channel, as Keras flattens them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod

import numpy as np
from scipy import sparse

from nn_modularity.graphs import operators
from nn_modularity.graphs.operators import Edges, Operator, edges


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


class _OfImages(Operator):
    """What works window by window: forward from the image, back from what the windows make."""

    def __init__(self, windows: Windows, n_in: int, n_out: int):
        super().__init__((prod(windows.before) * n_in, prod(windows.after) * n_out))
        self.windows, self.n_in, self.n_out = windows, n_in, n_out

    def _rmatmat(self, values: np.ndarray) -> np.ndarray:
        images = values.T.reshape(-1, *self.windows.before, self.n_in)
        padded = np.zeros((len(images), *self.windows.padded, self.n_in), values.dtype)
        padded[:, *self.windows.inside] = images
        made = np.empty((len(images), *self.windows.after, self.n_out), values.dtype)
        for rows in self._rows(len(images)):
            parts = self.windows.parts(rows.start, rows.stop)
            made[:, rows] = self._forward(padded, parts, rows)
        return made.reshape(len(made), self.shape[1]).T

    def _matmat(self, values: np.ndarray) -> np.ndarray:
        made = values.T.reshape(-1, *self.windows.after, self.n_out)
        padded = np.zeros((len(made), *self.windows.padded, self.n_in), values.dtype)
        for rows in self._rows(len(made)):
            parts = self.windows.parts(rows.start, rows.stop)
            self._back(made[:, rows], padded, parts, rows)
        return padded[:, *self.windows.inside].reshape(len(made), self.shape[0]).T

    def _rows(self, n_images: int) -> Iterator[slice]:
        """Windows along the first axis that are worked on at once."""
        n_rows, *others = self.windows.after
        of_row = max(1, n_images) * prod(others) * prod(self.windows.size) * self.n_in
        step = max(1, operators.AT_ONCE // of_row)
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

    @cached_property
    def _rounded(self):
        return self.weights.astype(np.float32)

    def _weights(self, values):
        """The weights in the precision of the values."""
        return self._rounded if values.dtype == np.float32 else self.weights

    def _forward(self, padded, parts, rows):
        gathered = np.stack([padded[:, *part] for part in parts], axis=-2)
        shape = (-1, gathered.shape[-2], self.groups, self.n_in // self.groups)
        by_group = np.moveaxis(gathered.reshape(shape), 2, 0)
        made = by_group.reshape(self.groups, -1, self.weights.shape[1]) @ self._weights(padded)
        return np.moveaxis(made, 0, 1).reshape(*gathered.shape[:-2], self.n_out)

    def _back(self, made, padded, parts, rows):
        by_group = np.moveaxis(made.reshape(-1, self.groups, self.weights.shape[2]), 1, 0)
        spread = by_group @ self._weights(made).transpose(0, 2, 1)
        places = prod(self.windows.size)
        spread = spread.reshape(self.groups, -1, places, self.n_in // self.groups)
        spread = np.moveaxis(spread, 0, 2).reshape(*made.shape[:-1], places, self.n_in)
        for place, part in enumerate(parts):
            padded[:, *part] += spread[..., place, :]

    def edges(self) -> Iterator[Edges]:
        numbers = np.full(self.windows.padded, -1)
        numbers[self.windows.inside] = np.arange(prod(self.windows.before)).reshape(
            self.windows.before
        )
        n_before, n_after = self.n_in // self.groups, self.n_out // self.groups
        for place, part in enumerate(self.windows.parts(0, self.windows.after[0])):
            taken = numbers[part].ravel()
            made = np.flatnonzero(taken >= 0)
            taken = taken[made]
            for group, own in enumerate(self.weights):
                kernel = own[place * n_before : (place + 1) * n_before]
                before, after = np.nonzero(kernel)
                first_in, first_out = group * n_before, group * n_after
                yield (
                    (taken[:, None] * self.n_in + first_in + before).ravel(),
                    (made[:, None] * self.n_out + first_out + after).ravel(),
                    np.tile(kernel[before, after], made.size),
                )


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
        return sum(padded[:, *part] for part in parts) / self.counts[rows].astype(padded.dtype)

    def _back(self, made, padded, parts, rows):
        shares = made / self.counts[rows].astype(made.dtype)
        for part in parts:
            padded[:, *part] += shares

    def edges(self) -> Iterator[Edges]:
        one = Convolution(np.ones((*self.windows.size, 1, 1)), self.windows).tocsr()
        shares = sparse.csr_array(one @ sparse.diags_array(1 / self.counts.ravel()))
        yield from edges(sparse.csr_array(sparse.kron(shares, sparse.eye_array(self.n_in))))
