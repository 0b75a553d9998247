"""Products of sparse or dense weights with many images' activations.

A pruned layer has a tenth of its weights: compiled row-wise sums over those alone are some four
times faster than a dense BLAS product. Dense layers go to BLAS.
"""

from dataclasses import dataclass

import numba
import numpy as np

SPARSE_BELOW = 0.2
"""Share of weights that aren't 0 below which compiled sums are faster; measured, one thread."""


@dataclass(frozen=True)
class Sparse:
    """Compressed rows of an (n_out, n_in) matrix.

    Attributes
    ----------
    pointers : (n_out + 1,) int32
        Row ``r`` holds entries ``pointers[r]`` up to ``pointers[r + 1]``.
    sources : (n_entries,) int32
    values : (n_entries,) float32
    """

    pointers: np.ndarray
    sources: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Dense:
    """Columns of an (n_out, n_in) matrix.

    Attributes
    ----------
    sources : (n_columns,) intp
        Which of the n_in columns, rising.
    values : (n_out, n_columns) float32
    """

    sources: np.ndarray
    values: np.ndarray


Weights = Sparse | Dense


def weights(matrix: np.ndarray) -> Weights:
    """Choose the representation by density.

    Parameters
    ----------
    matrix : (n_out, n_in) float32
    """
    if np.count_nonzero(matrix) >= SPARSE_BELOW * matrix.size:
        return Dense(np.arange(matrix.shape[1]), np.ascontiguousarray(matrix))
    rows, sources = np.nonzero(matrix)
    pointers = np.searchsorted(rows, np.arange(len(matrix) + 1)).astype(np.int32)
    return Sparse(pointers, sources.astype(np.int32), matrix[rows, sources])


def restrict(weights: Weights, chosen: np.ndarray) -> Weights:
    """The weights from the chosen sources alone.

    Parameters
    ----------
    weights : Weights
    chosen : (n_in,) bool
    """
    if isinstance(weights, Dense):
        columns = chosen[weights.sources]
        return Dense(weights.sources[columns], np.ascontiguousarray(weights.values[:, columns]))
    entries = chosen[weights.sources]
    before = np.concatenate([[0], np.cumsum(entries)])
    pointers = before[weights.pointers].astype(np.int32)
    return Sparse(pointers, weights.sources[entries], weights.values[entries])


def negative(weights: Weights) -> Weights:
    """The weights with their signs turned."""
    if isinstance(weights, Dense):
        return Dense(weights.sources, -weights.values)
    return Sparse(weights.pointers, weights.sources, -weights.values)


def size(weights: Weights) -> int:
    """Multiplications an image costs."""
    return weights.values.size


def row_sums(weights: Weights) -> np.ndarray:
    """Sums over the sources, (n_out,) float32."""
    if isinstance(weights, Dense):
        return weights.values.sum(axis=1)
    rows = np.repeat(np.arange(len(weights.pointers) - 1), np.diff(weights.pointers))
    sums = np.bincount(rows, weights.values, len(weights.pointers) - 1)
    return sums.astype(np.float32)


def add_product(
    weights: Weights, start: np.ndarray, activations: np.ndarray, floor: np.float32, out: np.ndarray
) -> None:
    """out = max(start + weights · activations, floor).

    Parameters
    ----------
    weights : Weights
        n_out × n_in.
    start : (n_out, n_images) or (n_out, 1) float32, C-contiguous
    activations : (n_in, n_images) float32, C-contiguous
    floor : float32
        0 makes it a ReLU, −inf leaves it linear.
    out : (n_out, n_images) float32, C-contiguous
        Overwritten; must not overlap the others.
    """
    if isinstance(weights, Sparse):
        _add_sparse(
            weights.pointers, weights.sources, weights.values, start, activations, floor, out
        )
        return
    all_sources = len(weights.sources) == len(activations)
    np.matmul(weights.values, activations if all_sources else activations[weights.sources], out=out)
    out += start
    if floor > -np.inf:
        np.maximum(out, floor, out=out)


@numba.njit(nogil=True, cache=True, fastmath={"contract"})
def _add_sparse(pointers, sources, values, start, activations, floor, out):
    n_images = out.shape[1]
    for row in range(out.shape[0]):
        total = out[row]
        if start.shape[1] == n_images:
            total[:] = start[row]
        else:
            total[:] = start[row, 0]
        entry, end = pointers[row], pointers[row + 1]
        # Four sources at a time, so that a sum is loaded and stored once for four products.
        while entry + 4 <= end:
            w0, w1, w2, w3 = (
                values[entry],
                values[entry + 1],
                values[entry + 2],
                values[entry + 3],
            )
            a0, a1, a2, a3 = (
                activations[sources[entry]],
                activations[sources[entry + 1]],
                activations[sources[entry + 2]],
                activations[sources[entry + 3]],
            )
            for image in range(n_images):
                total[image] += w0 * a0[image] + w1 * a1[image] + (w2 * a2[image] + w3 * a3[image])
            entry += 4
        while entry < end:
            w0, a0 = values[entry], activations[sources[entry]]
            for image in range(n_images):
                total[image] += w0 * a0[image]
            entry += 1
        if floor > -np.inf:
            for image in range(n_images):
                total[image] = max(total[image], floor)


@numba.njit(nogil=True, cache=True)
def count_largest(scores, classes, counts):
    """Count the images whose largest score is that of their own class.

    Parameters
    ----------
    scores : (n_classes, n_images) float32
        Of equal scores, the first counts.
    classes : (n_images,) int64
        The images' own.
    counts : (n_classes,) int64
        Raised by the number of such images, by class.
    """
    n_classes, n_images = scores.shape
    best = scores[0].copy()
    found = np.zeros(n_images, np.int32)
    for candidate in range(1, n_classes):
        row = scores[candidate]
        for image in range(n_images):
            is_better = row[image] > best[image]
            best[image] = row[image] if is_better else best[image]
            found[image] = candidate if is_better else found[image]
    for image in range(n_images):
        if found[image] == classes[image]:
            counts[classes[image]] += 1
