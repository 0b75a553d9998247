"""Reading what the clustering stage measured of many networks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nn_modularity import files
from nn_modularity.errors import StudyError
from nn_modularity.networks.weights import METRICS
from nn_modularity.tables.clustering import Measured


def read_all(settings: Mapping[str, Any], paths: Any) -> list[Measured]:
    """Read the networks of an analysis.

    Parameters
    ----------
    settings : mapping
        ``networks``, a mapping a network with its ``model, stage, network, instance, dropout,
        dataset``; ``k``, ``shuffles``, ``n_shuffles``, ``datasets``.
    paths : snakemake.io.InputFiles
        ``network``, ``clustering`` and each of the shuffles: a file a network, in the same
        order; ``data``: a file a dataset, in the order of ``datasets``.
    """
    complete = {
        dataset: bool(files.read_attributes(path)["complete"])
        for dataset, path in zip(settings["datasets"], paths.data, strict=True)
    }
    return [
        Measured(
            model=row["model"],
            stage=row["stage"],
            network=row["network"],
            instance=row["instance"],
            k=settings["k"],
            dropout=row["dropout"],
            data_complete=complete.get(row["dataset"], True),
            metrics=read_metrics(paths.network[number]),
            ncut=float(files.read_arrays(paths.clustering[number], "ncut")["ncut"]),
            nulls={
                shuffle: read_null(paths[shuffle][number], settings["n_shuffles"])
                for shuffle in settings["shuffles"]
            },
        )
        for number, row in enumerate(settings["networks"])
    ]


def read_metrics(network: str | Path) -> dict[str, float]:
    """Losses and accuracies as the network file has them, NaN where it hasn't."""
    attributes = files.read_attributes(network)
    return {name: float(attributes.get(name, np.nan)) for name in METRICS}


def read_null(path: str | Path, n_shuffles: int) -> np.ndarray:
    """The first `n_shuffles` N-cuts of a null model, (n_shuffles,) float64.

    Another analysis may have asked for more of them; each has its own seed.
    """
    ncuts = files.read_arrays(path, "ncuts")["ncuts"]
    if len(ncuts) < n_shuffles:
        raise StudyError(
            f"{path}: found {len(ncuts)} shuffles, expected at least {n_shuffles}; "
            "delete the file to have it made again"
        )
    return ncuts[:n_shuffles]
