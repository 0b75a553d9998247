"""A test of single lesions as the figures show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nn_modularity.lesions import results
from nn_modularity.vocabulary import SCORES

UNIT = {"margin": ("", 1)}
"""Of scores that aren't shares, in place of per cent."""


@dataclass(frozen=True)
class Accuracies:
    """Accuracies by class of images, or another score; the last column is over all images.

    Attributes
    ----------
    label : str
        Of their axis.
    intact : (n_classes + 1,) float
        Of the whole network.
    true : (n_submodules, n_classes + 1) float
        Without a sub-module.
    null : (n_shuffles, n_submodules, n_classes + 1) float
        Without its random twins.
    """

    label: str
    intact: np.ndarray
    true: np.ndarray
    null: np.ndarray

    @classmethod
    def from_counts(cls, test: results.SingleTest) -> "Accuracies":
        """Accuracies, in per cent, from counts of correctly classified images by class."""
        unit, factor = UNIT.get(test.score, (" (%)", 100))

        def shown(counts: np.ndarray) -> np.ndarray:
            with np.errstate(invalid="ignore"):  # a class without images
                by_class = factor * counts / test.class_sizes
            overall = factor * counts.sum(axis=-1, keepdims=True) / test.class_sizes.sum()
            return np.concatenate([by_class, overall], axis=-1)

        label = f"Test {SCORES[test.score]}{unit}"
        return cls(label, shown(test.intact), shown(test.lesioned), shown(test.null))


@dataclass(frozen=True, eq=False)
class SingleTest:
    """A test of single lesions.

    Attributes
    ----------
    subject : str
        As the figure's heading says it.
    table : DataFrame
        A row a sub-module.
    accuracies : Accuracies
        Of the same sub-modules in the same order.
    data_complete : tuple of bool
        Whether the dataset is the whole of it.
    """

    subject: str
    table: pd.DataFrame
    accuracies: Accuracies
    data_complete: tuple[bool, ...] = (True,)


def read(inputs: Mapping[str, Any], subject: str) -> SingleTest:
    """Read a test of single lesions from its ``table`` and ``counts``."""
    counts = results.SingleTest.read(inputs["counts"])
    return SingleTest(
        subject=subject,
        table=pd.read_csv(inputs["table"]),
        accuracies=Accuracies.from_counts(counts),
        data_complete=(counts.data_complete,),
    )
