"""What a figure that is drawn from one table shows."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class Table:
    """A table, and what it is about.

    Attributes
    ----------
    subject : str
        As the figure's heading says it.
    rows : DataFrame
        With a column ``data_complete``.
    """

    subject: str
    rows: pd.DataFrame

    @property
    def data_complete(self) -> pd.Series:
        """Whether the dataset of each row is the whole of it."""
        return self.rows["data_complete"]


def read(inputs: Mapping[str, str], subject: str) -> Table:
    """Read the CSV file ``table``."""
    return Table(subject, pd.read_csv(inputs["table"]))
