"""Folders with a dataset's raw files. Standard library only: the rules look into them too."""

import os
from pathlib import Path

DOWNLOADED = "downloaded"


def of(dataset: str) -> Path:
    """Where the user puts a dataset's raw files, and we its downloads."""
    return Path("data", "raw", dataset)


def of_keras() -> Path:
    """Where Keras keeps what it downloads."""
    return Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets"


def user_files(folder: str | Path) -> list[Path]:
    """Files that the user put there, in folders or not: not our downloads, nothing hidden."""
    inside = {path: path.relative_to(folder).parts for path in Path(folder).rglob("*")}
    return sorted(
        path
        for path, parts in inside.items()
        if path.is_file()
        and parts[0] != DOWNLOADED
        and not any(part.startswith(".") for part in parts)
    )
