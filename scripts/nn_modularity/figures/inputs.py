"""Read what the figures show from the study's files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nn_modularity import files
from nn_modularity.clustering import embeddings
from nn_modularity.figures import networks, style
from nn_modularity.figures.networks import ClusteredNetwork
from nn_modularity.figures.nulls import NullDistributions
from nn_modularity.graphs import layered
from nn_modularity.networks import weights
from nn_modularity.tables import measurements
from nn_modularity.tables.clustering import average_in_out

METRICS = {
    "test_acc": "test accuracy",
    "train_acc": "train accuracy",
    "test_loss": "test loss",
}


def clustered_networks(paths: Any, stages: Sequence[str], k: int) -> list[ClusteredNetwork]:
    """Read one network at several stages.

    Parameters
    ----------
    paths : namespace
        ``network`` and ``clustering``: a file a stage.
    stages : sequence of str
    k : int
        Number of clusters.
    """
    return [
        clustered_network(*files_of_stage, stage, k)
        for *files_of_stage, stage in zip(paths.network, paths.clustering, stages, strict=True)
    ]


def clustered_network(
    network: str | Path, clustering: str | Path, title: str, k: int
) -> ClusteredNetwork:
    """Read a network file and its clustering."""
    weighted = weights.read(network)
    clusters = files.read_arrays(clustering, "labels", "ncut")
    labels, attributes = clusters["labels"], weighted.attributes
    ncut = float(clusters["ncut"])
    metrics = {
        "N-cut": ncut,
        "in–out ratio": average_in_out(ncut, k),
        "isolated neurons": int((labels < 0).sum()),
    }
    known = {METRICS[name]: float(attributes[name]) for name in METRICS if name in attributes}
    return ClusteredNetwork(
        title=title,
        graph=layered.from_network(weighted),
        labels=labels,
        image_shape=networks.image_shape(weighted.input_shape),
        metrics=metrics | known,
        data_complete=bool(attributes.get("dataset_complete", True)),
    )


def spectra(drawn: Sequence[ClusteredNetwork]) -> dict[str, np.ndarray]:
    """All eigenvalues of every network's normalised Laplacian, by stage."""
    return {network.title: embeddings.spectrum(network.graph) for network in drawn}


def null_distributions(
    paths: Any, networks: Sequence[Mapping[str, Any]], shuffles: Sequence[str], n_shuffles: int
) -> list[NullDistributions]:
    """Read networks' N-cuts and the first `n_shuffles` of each of their null models.

    Parameters
    ----------
    paths : namespace
        ``clustering`` and each of `shuffles`: a file a network.
    networks : sequence of mappings
        ``model, instance, stage, dropout`` in the order of the files.
    """
    return [
        NullDistributions(
            model=network["model"],
            instance=network["instance"],
            regime=style.regime(network["stage"] == "pruned", network["dropout"] > 0),
            ncut=float(files.read_arrays(paths.clustering[number], "ncut")["ncut"]),
            ncuts={
                shuffle: measurements.read_null(paths[shuffle][number], n_shuffles)
                for shuffle in shuffles
            },
        )
        for number, network in enumerate(networks)
    ]
