"""K-means on a few thousand points of a few dimensions, compiled.

k-means++ seeding with local trials and Lloyd's iterations, the best of several starts. The same
algorithm and stopping rule as scikit-learn's ``KMeans``, minus its overhead per call.
Arthur & Vassilvitskii (2007).
"""

import numba
import numpy as np

MAX_ITERATIONS = 300
TOLERANCE = 1e-4
"""Starts stop when centres move less than this share of the points' variance."""

LARGEST = 100_000
"""Points that starts run on; of more, so many drawn at random."""

TIED = 1e-3
"""Clusterings whose inertias differ by less than this share of them are equally good."""

SAME = 1e-12
"""The same for starts that ended in the same place, but for rounding."""

# Sums may be reordered into vector instructions; NaN and infinity keep their meaning.
_compiled = numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract", "nsz"})


def kmeans(
    points: np.ndarray, k: int, n_starts: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Cluster points around k centres.

    Parameters
    ----------
    points : (n, d) float64
    k : int
        Number of centres, at most n.
    n_starts : int
        Independent k-means++ seedings.
    generator : numpy.random.Generator

    Returns
    -------
    labels : (m, n) int64
        From 0 to k − 1; a clustering a row, that of the smallest inertia first, then different
        ones that other starts found and whose inertia ties with it. Each was iterated until no
        label changed, or, of more than `LARGEST` points, until centres stood still. A cluster may
        be empty if fewer than k points are distinct.
    inertias : (m,) float64
        Sums of squared distances to the centres.
    """
    n_trials = 2 + int(np.log(k))
    uniforms = generator.random((n_starts, k, n_trials))
    by_axis = np.ascontiguousarray(points.T)
    if len(points) <= LARGEST:
        labels, inertias = _starts(by_axis, k, uniforms)
    else:
        drawn = by_axis[:, generator.choice(len(points), LARGEST, replace=False)]
        labels, inertias = _moved_to_all(by_axis, drawn, _starts(drawn, k, uniforms)[0], k)
    order = np.argsort(inertias, kind="stable")
    return labels[order], inertias[order]


def _moved_to_all(points, drawn, labels, k):
    """Clusterings of all points, from those of the points drawn."""
    tolerance = TOLERANCE * points.var(axis=1).mean()
    found = np.empty((len(labels), points.shape[1]), np.int64)
    inertias = np.empty(len(labels))
    for number, own in enumerate(labels):
        counts = np.maximum(np.bincount(own, minlength=k), 1)
        centres = np.stack([np.bincount(own, axis, k) / counts for axis in drawn], axis=1)
        found[number], inertias[number] = _lloyd(points, centres, tolerance)
    return found, inertias


@_compiled
def _starts(points, k, uniforms):
    d, n = points.shape
    variance = 0.0
    for axis in range(d):
        variance += points[axis].var() / d
    n_starts = uniforms.shape[0]
    centres = np.empty((n_starts, k, d))
    rough = np.empty(n_starts)
    for start in range(n_starts):
        centres[start] = _seed(points, k, uniforms[start])
        rough[start] = _lloyd(points, centres[start], TOLERANCE * variance)[1]
    labels = np.empty((n_starts, n), np.int64)
    inertias = np.empty(n_starts)
    n_found = 0
    last = -1.0
    for start in np.argsort(rough):
        if rough[start] > rough.min() * (1 + TIED):
            break
        if rough[start] - last <= SAME * rough[start]:
            continue
        last = rough[start]
        labels[n_found], inertias[n_found] = _lloyd(points, centres[start], 0.0)
        differences = np.abs(inertias[:n_found] - inertias[n_found])
        if not np.any(differences <= SAME * inertias[n_found]):
            n_found += 1
    return labels[:n_found], inertias[:n_found]


@_compiled
def _seed(points, k, uniforms):
    """k-means++: of a few candidates drawn by squared distance, keep the one that helps most."""
    d, n = points.shape
    n_trials = uniforms.shape[1]
    centres = np.empty((k, d))
    first = min(int(uniforms[0, 0] * n), n - 1)
    centres[0] = points[:, first]
    closest = np.empty(n)
    _squared_distances(points, centres[0], closest)
    candidate = np.empty(n)
    best_closest = np.empty(n)
    cumulative = np.empty(n)
    for c in range(1, k):
        total = 0.0
        for i in range(n):
            total += closest[i]
            cumulative[i] = total
        best_potential = np.inf
        for trial in range(n_trials):
            chosen = min(np.searchsorted(cumulative, uniforms[c, trial] * total), n - 1)
            _squared_distances(points, points[:, chosen], candidate)
            potential = 0.0
            for i in range(n):
                candidate[i] = min(candidate[i], closest[i])
                potential += candidate[i]
            if potential < best_potential:
                best_potential = potential
                centres[c] = points[:, chosen]
                best_closest, candidate = candidate, best_closest
        closest, best_closest = best_closest, closest
    return centres


@_compiled
def _squared_distances(points, centre, distances):
    distances[:] = 0.0
    for axis in range(points.shape[0]):
        for i in range(points.shape[1]):
            difference = points[axis, i] - centre[axis]
            distances[i] += difference * difference


@_compiled
def _assign(points, centres, labels, distances, scratch):
    _squared_distances(points, centres[0], distances)
    labels[:] = 0
    for c in range(1, centres.shape[0]):
        _squared_distances(points, centres[c], scratch)
        for i in range(points.shape[1]):
            closer = scratch[i] < distances[i]
            distances[i] = scratch[i] if closer else distances[i]
            labels[i] = c if closer else labels[i]


@_compiled
def _lloyd(points, centres, tolerance):
    """Move `centres` (in place) until they stand still; labels and inertia at that place."""
    d, n = points.shape
    k = centres.shape[0]
    labels = np.zeros(n, np.int64)
    previous = np.full(n, -1, np.int64)
    distances = np.empty(n)
    scratch = np.empty(n)
    sums = np.zeros((k, d))
    counts = np.zeros(k)
    for _ in range(MAX_ITERATIONS):
        _assign(points, centres, labels, distances, scratch)
        changed = _fill_empty(labels, distances, k)
        # Sums follow the few points that changed cluster instead of being made anew.
        for i in range(n):
            if labels[i] != previous[i]:
                changed = True
                counts[labels[i]] += 1
                for axis in range(d):
                    sums[labels[i], axis] += points[axis, i]
                if previous[i] >= 0:
                    counts[previous[i]] -= 1
                    for axis in range(d):
                        sums[previous[i], axis] -= points[axis, i]
                previous[i] = labels[i]
        if not changed:
            break
        shift = 0.0
        for c in range(k):
            if counts[c] > 0:
                for axis in range(d):
                    moved = sums[c, axis] / counts[c]
                    shift += (moved - centres[c, axis]) ** 2
                    centres[c, axis] = moved
        if shift <= tolerance:
            _assign(points, centres, labels, distances, scratch)
            break
    return labels, distances.sum()


@_compiled
def _fill_empty(labels, distances, k):
    """Give an empty cluster the point that is farthest from its own centre."""
    counts = np.zeros(k, np.int64)
    for label in labels:
        counts[label] += 1
    moved = False
    for c in range(k):
        if counts[c] == 0:
            farthest = np.argmax(distances)
            if distances[farthest] == 0.0:
                break
            counts[labels[farthest]] -= 1
            counts[c] += 1
            labels[farthest] = c
            distances[farthest] = 0.0
            moved = True
    return moved
