"""Weights of untrained networks."""

from collections.abc import Sequence

import numpy as np


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


def modular(
    kernels: Sequence[np.ndarray], n_modules: int, across: float, generator: np.random.Generator
) -> list[np.ndarray]:
    """Kernels of a clusterable initialisation: weights within modules grow, others shrink.

    Every unit gets a module at random, those of the last layer one after the other. Weights within
    a module are multiplied by 1 + (1 − across)(n_modules − 1), the others by `across`: the mean of
    |w| stays, its variance grows. arXiv 2103.03386, section 5.

    Parameters
    ----------
    kernels : sequence of (…, n_in, n_out) arrays
        Of consecutive layers.
    n_modules : int
        1 changes nothing.
    across : float
        From 0 to 1.
    generator : numpy.random.Generator

    Returns
    -------
    list of arrays of the kernels' shapes and types
    """
    widths = [kernels[0].shape[-2], *(kernel.shape[-1] for kernel in kernels)]
    modules = [generator.integers(n_modules, size=width) for width in widths[:-1]]
    modules.append(np.arange(widths[-1]) % n_modules)
    within = 1 + (1 - across) * (n_modules - 1)
    return [
        (kernel * np.where(before[:, None] == after, within, across)).astype(kernel.dtype)
        for kernel, before, after in zip(kernels, modules, modules[1:], strict=False)
    ]
