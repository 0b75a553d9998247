"""Read a figure that is drawn from one table."""

from collections.abc import Mapping

import pandas as pd


def read(inputs: Mapping[str, str]) -> pd.DataFrame:
    """Read the table, a CSV file with a column ``data_complete``, from ``table``."""
    return pd.read_csv(inputs["table"])
