"""Tables of the user's own, CSV and Parquet: columns of features, of targets, of the split."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nn_modularity.errors import StudyError

log = logging.getLogger(__name__)

TARGETS = ("target", "label", "class", "y")
"""Names of a column of targets that need not be said."""
SPLIT = {"train": "train", "training": "train", "test": "test", "testing": "test"}
SEPARATORS = {".csv": ",", ".tsv": "\t"}

Parts = Mapping[str, tuple[np.ndarray, np.ndarray]]


def read(path: Path, target: Sequence[str], split: str | None, most: int) -> Parts:
    """Features and targets of a table.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.tsv`` or ``.parquet``, a row a sample, its columns named.
    target : sequence of str
        Columns of targets; if there are none, the one column that is called ``target``, ``label``,
        ``class`` or ``y``. All others but `split` are features.
    split : str, optional
        Column that says ``train`` or ``test`` of every row.
    most : int
        Bytes that the table may have.

    Returns
    -------
    mapping
        Features (n, n_features) and targets (n,) or (n, n_targets) of ``train`` and ``test``; of
        ``all``, where no column tells.

    Raises
    ------
    StudyError
        If the file is no such table, lacks a column, has gaps, or features that are no numbers.
    """
    table = _table(path, most)
    if table.empty:
        raise StudyError(f"{path}: found a table of {table.shape[0]} rows and no features")
    target = _target_columns(path, table, target)
    used = [*target, *([split] if split else [])]
    if missing := [name for name in used if name not in table.columns]:
        raise StudyError(f"{path}: found no column {missing[0]!r}{_columns(table)}")
    X = _features(path, table.drop(columns=used))
    y = _complete(path, table[target])
    y = y[target[0]].to_numpy() if len(target) == 1 else y.to_numpy()
    if split is None:
        return {"all": (X, y)}
    parts = _complete(path, table[[split]])[split].astype(str).str.lower().map(SPLIT)
    if parts.isna().any():
        raise StudyError(
            f"{path}: found {table[split][parts.isna()].iloc[0]!r} in the column {split!r}; "
            "expected train or test"
        )
    return {part: (X[rows], y[rows]) for part in ("train", "test") for rows in [parts == part]}


def _table(path: Path, most: int) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            return _parquet(path, most)
        # No packed files: what they unpack to isn't bounded. Text is at most a number a character.
        if 4 * path.stat().st_size > most:
            raise StudyError(f"{path}: is larger than there is room for")
        separator = SEPARATORS[path.suffix]
        table = pd.read_csv(path, sep=separator, compression=None, low_memory=False)
    except StudyError:
        raise
    except Exception as error:  # The readers' own errors are of many kinds.
        raise StudyError(
            f"{path}: found no table that can be read: {str(error).strip() or type(error).__name__}"
        ) from error
    if unnamed := [name for name in table.columns if str(name).startswith("Unnamed: ")]:
        raise StudyError(
            f"{path}: found a column without a name (number {unnamed[0].split()[-1]}), expected "
            "names for all; an index that pandas wrote is left out with index=False"
        )
    if not isinstance(table.index, pd.RangeIndex):
        raise StudyError(f"{path}: found rows with more entries than there are names of columns")
    return table


def _parquet(path: Path, most: int) -> pd.DataFrame:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        n_bytes = 8 * file.metadata.num_rows * file.metadata.num_columns
        if n_bytes > most:
            raise StudyError(f"{path}: claims {n_bytes:,} bytes, more than there is room for")
        return file.read().to_pandas(ignore_metadata=True)


def _target_columns(path: Path, table: pd.DataFrame, target: Sequence[str]) -> list[str]:
    if target:
        return list(target)
    known = [name for name in table.columns if str(name).lower() in TARGETS]
    if len(known) != 1:
        raise StudyError(
            f"{path}: found {len(known) or 'no'} columns called {' or '.join(TARGETS)}; say which "
            f"holds the targets: `target: name`{_columns(table)}"
        )
    return known


def _features(path: Path, table: pd.DataFrame) -> np.ndarray:
    table = _complete(path, table)
    for name, dtype in table.dtypes.items():
        if not (pd.api.types.is_numeric_dtype(dtype) and dtype.kind in "biuf"):
            raise StudyError(
                f"{path}: found {dtype} in the column {name!r}, expected numbers; turn categories "
                "into columns of 0 and 1, and leave out what is no feature"
            )
    if table.shape[1] == 0:
        raise StudyError(f"{path}: found no column of features beside the targets")
    X = table.to_numpy()
    log.info("%s: %d features of type %s", path, X.shape[1], X.dtype)
    return X


def _complete(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    gaps = table.isna().sum()
    if gaps.any():
        raise StudyError(
            f"{path}: found {gaps[gaps > 0].iloc[0]:,} gaps in the column {gaps.idxmax()!r}; "
            "expected a value in every row"
        )
    return table


def _columns(table: pd.DataFrame) -> str:
    names = [str(name) for name in table.columns]
    more = f" … ({len(names)} in all)" if len(names) > 20 else ""
    return f"; its columns are {', '.join(names[:20])}{more}"
