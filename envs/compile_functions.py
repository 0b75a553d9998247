"""Compile the library's inner loops and keep them: `.venv/bin/python envs/compile_functions.py`.

Numba keeps compiled functions beside their modules until these change. Done once when the
environment is made, no job has to, nor several that start together. A network with a few neurons
goes the ways that real ones go: what is compiled is what they need.
"""

import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numba.core.dispatcher import Dispatcher

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from nn_modularity.clustering import initialisation, null_models
from nn_modularity.lesions import pairs, single, subjects
from nn_modularity.networks import weights
from nn_modularity.networks.initialisation import glorot_uniform
from nn_modularity.networks.labelling import Labelling

WIDTHS = (120, 110, 20, 3)


def main() -> None:
    start = time.perf_counter()
    for density in (0.1, 1.0):
        network = _perceptron(density)
        _cluster(network)
        _lesion(network)
    _cluster(_convolutional())
    initialisation.ncuts(WIDTHS, 2, 2, np.random.SeedSequence(0).spawn(1))
    n_compiled = sum(len(function.stats.cache_misses) for function in _functions())
    if n_compiled:
        print(f"inner loops: compiled {n_compiled} in {time.perf_counter() - start:.0f} s")


def _functions() -> Iterator[Dispatcher]:
    for name, module in sys.modules.items():
        if name.startswith("nn_modularity"):
            yield from (each for each in vars(module).values() if isinstance(each, Dispatcher))


def _cluster(network) -> None:
    for shuffle in null_models.SHUFFLES:
        null_models.ncuts(network, shuffle, 2, 2, np.random.SeedSequence(0).spawn(1))


def _lesion(network) -> None:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (8, WIDTHS[0]), dtype=np.uint8)
    subject = subjects.examine(network, images, generator.integers(0, WIDTHS[-1], 8))
    labelling = Labelling(np.arange(sum(WIDTHS)) % 2, WIDTHS)
    for test in (single.single_test, pairs.double_test):
        test(subject, labelling, [generator], lambda function, tasks: list(map(function, tasks)))


def _perceptron(density: float) -> weights.Network:
    generator = np.random.default_rng(0)
    kernels = [
        glorot_uniform(shape, generator) * (generator.random(shape) < density)
        for shape in pairwise(WIDTHS)
    ]
    return weights.mlp(kernels)


def _convolutional() -> weights.Network:
    generator = np.random.default_rng(0)
    convolution = generator.normal(size=(3, 3, 1, 2)).astype(np.float32)
    dense = generator.normal(size=(288, 3)).astype(np.float32)
    layers = (
        weights.Layer("conv2d", convolution, padding="same", strides=(1, 1)),
        weights.Layer("flatten"),
        weights.Layer("dense", dense),
    )
    return weights.Network((12, 12), layers)


if __name__ == "__main__":
    main()
