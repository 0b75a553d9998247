"""N-cut, accuracy and loss of a network through training and pruning."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from nn_modularity import seeds
from nn_modularity.clustering import spectral
from nn_modularity.graphs import layered
from nn_modularity.networks.checkpoints import Checkpoint
from nn_modularity.networks.facts import METRICS
from nn_modularity.tables.clustering import average_in_out


def tabulate(found: Iterable[tuple[str, Checkpoint]], settings: Mapping[str, Any]) -> pd.DataFrame:
    """Cluster a network as it was after each epoch, a row an epoch.

    Parameters
    ----------
    found : iterable of (stage, Checkpoint)
        Checkpoints hold the metrics of their own epoch, counted within their stage.
    settings : mapping
        ``seed_path, model, k, n_starts``, and ``epochs``, those of the training, from which
        the epochs of pruning count on.

    Returns
    -------
    DataFrame
        ``model, epoch, is_pruned, ncut, ave_in_out, train_acc, train_loss, test_acc, test_loss,
        data_complete``.
    """
    rows = []
    for stage, checkpoint in found:
        is_pruned = stage == "pruned"
        number = checkpoint.epoch.epoch
        graph = layered.from_kernels(checkpoint.kernels)
        ncut = spectral.cluster(
            graph,
            settings["k"],
            spectral.starts(graph.n_neurons, *settings["n_starts"]),
            seeds.generator(*settings["seed_path"], stage, number),
        ).ncut
        metrics = checkpoint.epoch.metrics
        rows.append(
            {
                "model": settings["model"],
                "epoch": number + (settings["epochs"] if is_pruned else 0),
                "is_pruned": is_pruned,
                "ncut": ncut,
                "ave_in_out": average_in_out(ncut, settings["k"]),
                **{name: metrics[name] for name in METRICS},
                "data_complete": checkpoint.data_complete,
            }
        )
    return pd.DataFrame(rows)
