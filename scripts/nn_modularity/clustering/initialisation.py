"""Untrained networks, as Keras initialises them, without Keras."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nn_modularity.clustering import spectral
from nn_modularity.graphs import layered


def glorot_uniform(shape: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
    """Kernel of an untrained dense layer, uniform on ±√(6 / (n_in + n_out)).

    Keras's default. Glorot & Bengio (2010), eq. 16.

    Parameters
    ----------
    shape : (n_in, n_out)
    generator : numpy.random.Generator

    Returns
    -------
    (n_in, n_out) float32
    """
    limit = np.sqrt(6 / sum(shape))
    return generator.uniform(-limit, limit, shape).astype(np.float32)


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
