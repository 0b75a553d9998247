"""Convolutions and pools as the edges they stand for, listed, never as a dense matrix.

Units of an image are numbered row by row, then by channel, as Keras flattens them. Padding
follows TensorFlow: with "same", what is missing is split evenly, the odd one at the end.
"""

from __future__ import annotations

import numba
import numpy as np
from scipy import sparse

Shape = tuple[int, int, int]


def convolution(
    kernel: np.ndarray, shape: Shape, strides: tuple[int, int], padding: str
) -> tuple[sparse.csr_array, Shape]:
    """Weights between the units of an image and those of its convolution.

    Parameters
    ----------
    kernel : (height, width, n_in, n_out) array
    shape : (height, width, n_in)
        Of the image.
    strides : (int, int)
    padding : {"same", "valid"}

    Returns
    -------
    weights : (units before, units after) float32 csr_array
        An entry for each non-zero weight at each place that it applies to.
    shape : (height, width, n_out)
        Of the convolved image.
    """
    rows = _windows(shape[0], kernel.shape[0], strides[0], padding)
    columns = _windows(shape[1], kernel.shape[1], strides[1], padding)
    after = (len(rows), len(columns), kernel.shape[3])
    places = (_offsets(rows, shape[0]), _offsets(columns, shape[1]))
    arrays = _unrolled(np.ascontiguousarray(kernel, np.float32), *places)
    return sparse.csr_array(arrays, shape=(int(np.prod(shape)), int(np.prod(after)))), after


def pool(
    shape: Shape, size: tuple[int, int], strides: tuple[int, int], padding: str
) -> tuple[sparse.csr_array, Shape]:
    """Share of every unit of an image in every unit of the pooled image.

    The units of a window have equal shares, which add up to 1.

    Returns
    -------
    shares : (units before, units after) csr_array
    shape : (height, width, n_channels)
        Of the pooled image.
    """
    height, width, n_channels = shape
    rows, columns = (
        _shares(_windows(length, *how, padding), length)
        for length, how in zip((height, width), zip(size, strides, strict=True), strict=True)
    )
    shares = sparse.kron(sparse.kron(rows, columns), sparse.eye_array(n_channels), format="csr")
    return sparse.csr_array(shares), (rows.shape[1], columns.shape[1], n_channels)


def _windows(length: int, size: int, stride: int, padding: str) -> np.ndarray:
    """(n_windows, size) positions along an axis, out of the image where padded."""
    if padding == "same":
        n_windows = -(-length // stride)
        start = -(max((n_windows - 1) * stride + size - length, 0) // 2)
    else:
        n_windows, start = (length - size) // stride + 1, 0
    return start + stride * np.arange(n_windows)[:, None] + np.arange(size)


def _offsets(windows: np.ndarray, length: int) -> np.ndarray:
    """(length, n_windows) which place of a window a position is, −1 if it is outside."""
    offsets = np.full((length, len(windows)), -1)
    window, offset = np.nonzero((windows >= 0) & (windows < length))
    offsets[windows[window, offset], window] = offset
    return offsets


def _shares(windows: np.ndarray, length: int) -> sparse.csr_array:
    """(length, n_windows) share of a position in a window."""
    covers = (_offsets(windows, length) >= 0).astype(np.float64)
    return sparse.csr_array(covers / covers.sum(axis=0))


@numba.njit(nogil=True, cache=True)
def _unrolled(kernel, row_offsets, column_offsets):
    """CSR arrays (data, indices, indptr) of a convolution."""
    size_y, size_x, n_in, n_out = kernel.shape
    height, n_rows = row_offsets.shape
    width, n_columns = column_offsets.shape
    n_weights = np.zeros((size_y, size_x, n_in), np.int64)
    for y in range(size_y):
        for x in range(size_x):
            for before in range(n_in):
                n_weights[y, x, before] = np.count_nonzero(kernel[y, x, before])
    indptr = np.zeros(height * width * n_in + 1, np.int32)
    data = np.empty(0, np.float32)
    indices = np.empty(0, np.int32)
    for is_filling in (False, True):
        edge = 0
        for unit in range(height * width * n_in):
            before = unit % n_in
            to_row = row_offsets[unit // n_in // width]
            to_column = column_offsets[unit // n_in % width]
            for row in range(n_rows):
                y = to_row[row]
                if y < 0:
                    continue
                for column in range(n_columns):
                    x = to_column[column]
                    if x < 0:
                        continue
                    if not is_filling:
                        edge += n_weights[y, x, before]
                        continue
                    first = (row * n_columns + column) * n_out
                    for after in range(n_out):
                        if kernel[y, x, before, after] != 0:
                            data[edge] = kernel[y, x, before, after]
                            indices[edge] = first + after
                            edge += 1
            indptr[unit + 1] = edge
        if not is_filling:
            data = np.empty(edge, np.float32)
            indices = np.empty(edge, np.int32)
    return data, indices, indptr
