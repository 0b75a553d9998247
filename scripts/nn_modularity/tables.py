"""Tables on disk: CSV, written whole or not at all."""

from pathlib import Path

import pandas as pd

from nn_modularity import files


def write_csv(path: str | Path, table: pd.DataFrame) -> None:
    """Write a table without its index, numbers with all their digits."""
    with files.atomic(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")
