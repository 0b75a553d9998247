"""Sub-modules: a hidden layer's neurons with one cluster label, and their random twins.

Labels are arrays (n_neurons,), layer by layer, inputs and outputs included; −1 marks an isolated
neuron, which belongs to no sub-module.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

ISOLATED = -1


class SubModule(NamedTuple):
    """Neurons of one hidden layer that share a cluster label."""

    layer: int
    label: int


def find(labels: np.ndarray, widths: Sequence[int]) -> list[SubModule]:
    """All sub-modules, by layer and label.

    Parameters
    ----------
    labels : (n_neurons,) int
    widths : sequence of int
        Neurons by layer.
    """
    return [
        SubModule(layer, int(label))
        for layer, own in _hidden(labels, widths)
        for label in np.unique(own[own != ISOLATED])
    ]


def members(labels: np.ndarray, widths: Sequence[int], sub_module: SubModule) -> np.ndarray:
    """Neurons of a sub-module, (widths[layer],) bool."""
    return in_layer(labels, widths, sub_module.layer) == sub_module.label


def in_layer(labels: np.ndarray, widths: Sequence[int], layer: int) -> np.ndarray:
    """The labels of one layer's neurons, a view."""
    start = sum(widths[:layer])
    return labels[start : start + widths[layer]]


def permute(
    labels: np.ndarray, widths: Sequence[int], generator: np.random.Generator
) -> np.ndarray:
    """Random twins: the labels of each hidden layer's non-isolated neurons, permuted.

    Every sub-module keeps its size; isolated neurons, inputs and outputs keep their labels.
    """
    permuted = labels.copy()
    for _, own in _hidden(permuted, widths):
        own[own != ISOLATED] = generator.permutation(own[own != ISOLATED])
    return permuted


def permute_around(
    labels: np.ndarray, widths: Sequence[int], fixed: SubModule, generator: np.random.Generator
) -> np.ndarray:
    """Labels of the layer of `fixed`, permuted among the neurons that are not in it."""
    own = in_layer(labels, widths, fixed.layer).copy()
    is_free = (own != ISOLATED) & (own != fixed.label)
    own[is_free] = generator.permutation(own[is_free])
    return own


def _hidden(labels: np.ndarray, widths: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
    for layer in range(1, len(widths) - 1):
        yield layer, in_layer(labels, widths, layer)
