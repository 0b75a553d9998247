"""Untrained networks, as Keras initialises them, without Keras."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nn_modularity.clustering import spectral
from nn_modularity.graphs import layered
from nn_modularity.networks.initialisation import glorot_uniform


def ncuts(
    widths: Sequence[int], k: int, n_starts: int, seeds: Sequence[np.random.SeedSequence]
) -> np.ndarray:
    """N-cuts of untrained multi-layer perceptrons.

    Parameters
    ----------
    widths : sequence of int
        Neurons by layer, inputs and outputs included.
    k, n_starts : int
        As in `spectral.cluster`.
    seeds : sequence of numpy.random.SeedSequence
        One a network.

    Returns
    -------
    (len(seeds),) float64
    """
    found = np.empty(len(seeds))
    for index, seed in enumerate(seeds):
        generator = np.random.default_rng(seed)
        kernels = [glorot_uniform(shape, generator) for shape in pairwise(widths)]
        found[index] = spectral.cluster(layered.from_kernels(kernels), k, n_starts, generator).ncut
    return found
