"""Read what the figures of lesions show from the study's files."""

from pathlib import Path

from nn_modularity import files
from nn_modularity.figures.lesion import Accuracies


def accuracies(counts: str | Path) -> Accuracies:
    """Read the accuracies of a single-lesion test."""
    return Accuracies.from_counts(
        **files.read_arrays(counts, "class_sizes", "intact", "lesioned", "null")
    )


def is_complete(dataset: str | Path) -> bool:
    """Whether a dataset's file holds all of the dataset."""
    return bool(files.read_attributes(dataset)["complete"])
