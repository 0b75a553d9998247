"""Sub-modules and what was found of their pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nn_modularity.figures.parts import submodules
from nn_modularity.lesions.results import DoubleTest

JOINT_KEYS = ["first_layer", "first_label", "second_layer", "second_label"]
CONDITIONAL_KEYS = ["layer", "label", "given_layer", "given_label"]
DEPENDENCY_KEYS = ["x_layer", "x_label", "y_layer", "y_label"]
"""Columns of a pair's layers and labels: of lesions together, one after the other, of X and Y."""


@dataclass(frozen=True, eq=False)
class PairTest:
    """What was found of the sub-modules of one network and of their pairs.

    Attributes
    ----------
    subject : str
        As the figure's heading says it.
    single : DataFrame
        The table of single lesions, a row a sub-module.
    pairs : DataFrame
        One of the tables of pairs; where it has X and Y, X lies in an earlier layer than Y.
    data_complete : tuple of bool
        Whether the dataset is the whole of it.
    """

    subject: str
    single: pd.DataFrame
    pairs: pd.DataFrame
    data_complete: tuple[bool, ...] = (True,)

    @property
    def ordered(self) -> pd.DataFrame:
        """The sub-modules in the order of layers, then of labels."""
        return self.single.iloc[submodules.ordered(self.single)]


def read(inputs: Mapping[str, Any], subject: str) -> PairTest:
    """Read a table of ``pairs`` beside that of ``single`` lesions, and the pairs' ``counts``."""
    return PairTest(
        subject=subject,
        single=pd.read_csv(inputs["single"]),
        pairs=pd.read_csv(inputs["pairs"]),
        data_complete=(DoubleTest.read(inputs["counts"]).data_complete,),
    )


def square(rows: pd.DataFrame, pairs: pd.DataFrame, keys: Sequence[str], column: str) -> np.ndarray:
    """Values of pairs as a square, (n, n) float in the order of `rows`; NaN where there is none.

    `keys` name the columns of the row's layer and label, then of the column's.
    """
    places = {name: place for place, name in enumerate(zip(rows.layer, rows.label, strict=True))}
    values = np.full((len(rows), len(rows)), np.nan)
    columns = (pairs[key] for key in [*keys, column])
    for layer, label, other_layer, other_label, value in zip(*columns, strict=True):
        values[places[layer, label], places[other_layer, other_label]] = value
    return values
