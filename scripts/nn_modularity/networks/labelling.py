"""Labels of a network's neurons, layer by layer, and the sub-modules that they make."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from nn_modularity.errors import StudyError
from nn_modularity.records import Record

ISOLATED = -1
"""Label of a neuron without edges, which belongs to no sub-module."""


class SubModule(NamedTuple):
    """Neurons of one hidden layer that share a label."""

    layer: int
    label: int


@dataclass(frozen=True, eq=False)
class Labelling(Record):
    """A label for every neuron of a network, inputs and outputs included.

    Attributes
    ----------
    labels : (n_neurons,) int64
        Layer by layer, the inputs first; `ISOLATED` for a neuron without edges.
    widths : tuple of int
        Neurons by layer.

    Raises
    ------
    StudyError
        If there is not one label a neuron.
    """

    labels: np.ndarray
    widths: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.labels.shape != (sum(self.widths),):
            raise StudyError(
                f"labels: found an array {self.labels.shape} for layers of {self.widths} neurons, "
                f"expected ({sum(self.widths)},)"
            )

    @cached_property
    def by_layer(self) -> tuple[np.ndarray, ...]:
        """The labels of each layer's neurons, views."""
        return tuple(np.split(self.labels, np.cumsum(self.widths)[:-1]))

    @cached_property
    def sub_modules(self) -> tuple[SubModule, ...]:
        """The clusters within each hidden layer, by layer and label.

        arXiv 2003.04881, section 4.
        """
        return tuple(
            SubModule(layer, int(label))
            for layer, own in enumerate(self.by_layer)
            for label in np.unique(own[own != ISOLATED])
            if 0 < layer < len(self.widths) - 1
        )

    def members(self, sub_module: SubModule) -> np.ndarray:
        """Neurons of a sub-module, (widths[layer],) bool."""
        return self.by_layer[sub_module.layer] == sub_module.label

    @property
    def n_isolated(self) -> int:
        """Number of neurons without edges."""
        return int(np.sum(self.labels == ISOLATED))
