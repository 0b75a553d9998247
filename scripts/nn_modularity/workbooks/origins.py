"""Where results come from: the data and training of a network, the software that looked at it."""

import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from nn_modularity.datasets import dataset_file
from nn_modularity.networks.facts import METRICS, UNKNOWN, Facts

PROJECT = Path(__file__).resolve().parents[3]
SOFTWARE = ("numpy", "scipy", "numba", "pandas")
"""The libraries that compute what stands in the tables."""


@dataclass(frozen=True)
class Origin:
    """A network, how it was trained, and the data it was trained and tested on.

    Attributes
    ----------
    model, stage : str
    instance : int
    dataset, source : str
        The dataset's name, and where its images come from.
    data_complete : bool
        Whether the dataset is all of the published one.
    dataset_sha256 : str
        Of the content.
    network_dataset_sha256 : str
        Of the data that the network was trained on, as its file says.
    recipe : mapping
        Epochs and the like, as the study's settings say; empty for networks from elsewhere.
    metrics : mapping
        ``train_loss, train_acc, test_loss, test_acc``, as far as the network's file has them.
    seed, keras_version, tensorflow_version
        As the network's file says.
    """

    model: str
    stage: str
    instance: int
    dataset: str
    source: str
    data_complete: bool
    dataset_sha256: str
    network_dataset_sha256: str
    recipe: Mapping[str, Any]
    metrics: Mapping[str, float]
    seed: int | str
    keras_version: str
    tensorflow_version: str


def read(
    network: str | Path,
    data: str | Path,
    model: str,
    stage: str,
    instance: int,
    dataset: str,
    recipe: Mapping[str, Any],
) -> Origin:
    """Look up the origin of one network.

    Parameters
    ----------
    network : path
        The network file.
    data : path
        ``data/{dataset}.h5``.
    model, stage, instance, dataset, recipe
        As in `Origin`.
    """
    facts, description = Facts.read(network), dataset_file.describe(data)
    return Origin(
        model=model,
        stage=stage,
        instance=instance,
        dataset=dataset,
        source=description.source,
        data_complete=facts.data_complete,
        dataset_sha256=description.sha256,
        network_dataset_sha256=facts.dataset_sha256,
        recipe=recipe,
        metrics={**dict.fromkeys(METRICS, float("nan")), **facts.metrics},
        seed=facts.seed,
        keras_version=facts.keras_version,
        tensorflow_version=facts.tensorflow_version,
    )


def software() -> dict[str, str]:
    """Versions of what computes here: the project's commit, Python, the libraries."""
    return {
        "commit": commit(PROJECT),
        "python": platform.python_version(),
        **{name: _version(name) for name in SOFTWARE},
    }


def commit(project: Path) -> str:
    """Git's commit of a project, with ``-dirty`` where tracked files differ from it."""
    if not (project / ".git").exists():
        return UNKNOWN
    command = ["git", "-C", str(project), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        done = subprocess.run(
            [*command, "--exclude=*"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return done.stdout.strip() or UNKNOWN


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return UNKNOWN
