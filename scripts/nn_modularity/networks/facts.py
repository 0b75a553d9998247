"""What is known of a network beside its layers: how it was trained, and how well it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nn_modularity import files

METRICS = ("train_acc", "train_loss", "test_acc", "test_loss")
"""Attributes of a network file that say how well the network does."""
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Facts:
    """What a network's file says of the network.

    Attributes
    ----------
    metrics : mapping
        Those of `METRICS` that are known.
    data_complete : bool
        False where the network was trained on a subset of its dataset.
    dataset_sha256 : str
        Of the content that it was trained on.
    seed : int or str
        The study's when it was trained.
    keras_version, tensorflow_version : str

    Notes
    -----
    What the file doesn't say is `UNKNOWN`; data are complete unless it says that they are not.
    """

    metrics: Mapping[str, float]
    data_complete: bool
    dataset_sha256: str
    seed: int | str
    keras_version: str
    tensorflow_version: str

    @classmethod
    def of(cls, attributes: Mapping[str, Any]) -> "Facts":
        """The facts among a network's attributes."""
        return cls(
            metrics={name: float(attributes[name]) for name in METRICS if name in attributes},
            data_complete=bool(attributes.get("data_complete", True)),
            **{
                name: attributes.get(name, UNKNOWN)
                for name in ("dataset_sha256", "seed", "keras_version", "tensorflow_version")
            },
        )

    @classmethod
    def read(cls, network: str | Path) -> "Facts":
        """The facts of a network's file, of whatever version; its layers aren't read."""
        return cls.of(files.read_attributes(network))
