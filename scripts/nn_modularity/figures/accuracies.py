"""Accuracies of a single-lesion test as the figures show them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nn_modularity import files

LABEL = "Test accuracy (%)"


@dataclass(frozen=True)
class Accuracies:
    """Accuracies in per cent by class of images; the last column is over all images.

    Attributes
    ----------
    intact : (n_classes + 1,) float
        Of the whole network.
    true : (n_submodules, n_classes + 1) float
        Without a sub-module.
    null : (n_shuffles, n_submodules, n_classes + 1) float
        Without its random twins.
    """

    intact: np.ndarray
    true: np.ndarray
    null: np.ndarray

    @classmethod
    def from_counts(
        cls, class_sizes: np.ndarray, intact: np.ndarray, lesioned: np.ndarray, null: np.ndarray
    ) -> "Accuracies":
        """Accuracies from counts of correctly classified images by class."""

        def percent(counts: np.ndarray) -> np.ndarray:
            with np.errstate(invalid="ignore"):  # a class without images
                by_class = 100 * counts / class_sizes
            overall = 100 * counts.sum(axis=-1, keepdims=True) / class_sizes.sum()
            return np.concatenate([by_class, overall], axis=-1)

        return cls(percent(intact), percent(lesioned), percent(null))


def read(counts: str | Path) -> Accuracies:
    """Read the accuracies of a single-lesion test from its file of counts."""
    return Accuracies.from_counts(
        **files.read_arrays(counts, "class_sizes", "intact", "lesioned", "null")
    )
