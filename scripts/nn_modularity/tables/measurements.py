"""Reading what the clustering stage measured of many networks."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nn_modularity.clustering import spectral
from nn_modularity.clustering.results import Clusters, NullDistribution
from nn_modularity.errors import StudyError
from nn_modularity.networks.facts import METRICS, Facts
from nn_modularity.tables.clustering import Measured


def read_all(settings: Mapping[str, Any], paths: Mapping[str, Sequence[str]]) -> list[Measured]:
    """Read the networks of an analysis.

    Parameters
    ----------
    settings : mapping
        ``networks``, a mapping a network with its ``model, stage, network, instance, dropout``;
        ``k``, ``shuffles``, ``n_shuffles``.
    paths : mapping
        ``network``, ``clustering`` and each of the shuffles: a file a network, in the same order.
    """
    return [
        _read(row, settings, {name: files[number] for name, files in paths.items()})
        for number, row in enumerate(settings["networks"])
    ]


def _read(row: Mapping[str, Any], settings: Mapping[str, Any], paths: Mapping[str, str]):
    clusters = Clusters.read(paths["clustering"])
    return Measured(
        model=row["model"],
        stage=row["stage"],
        network=row["network"],
        instance=row["instance"],
        k=settings["k"],
        dropout=row["dropout"],
        data_complete=clusters.data_complete,
        metrics={**dict.fromkeys(METRICS, np.nan), **Facts.read(paths["network"]).metrics},
        ncut=clusters.ncut,
        nulls={
            shuffle: read_null(paths[shuffle], settings["n_shuffles"])
            for shuffle in settings["shuffles"]
        },
        ncut_bound=spectral.ncut_bound(clusters.eigenvalues),
    )


def read_null(path: str | Path, n_shuffles: int) -> np.ndarray:
    """The first `n_shuffles` N-cuts of a null model, (n_shuffles,) float64.

    Another analysis may have asked for more of them; each has its own seed.
    """
    ncuts = NullDistribution.read(path).ncuts
    if len(ncuts) < n_shuffles:
        raise StudyError(
            f"{path}: found {len(ncuts)} shuffles, expected at least {n_shuffles}; "
            "delete the file to have it made again"
        )
    return ncuts[:n_shuffles]
