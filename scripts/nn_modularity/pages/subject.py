"""What a page tells of: one network, clustered, and lesioned where it has a dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nn_modularity import files
from nn_modularity.clustering.results import Clusters
from nn_modularity.datasets import dataset_file
from nn_modularity.graphs import of_files
from nn_modularity.graphs.layered import LayeredGraph
from nn_modularity.graphs.unit_graph import UnitGraph
from nn_modularity.networks import chains, layers
from nn_modularity.networks.network import Network
from nn_modularity.tables import lesions as of_lesions
from nn_modularity.vocabulary import SCORES


@dataclass(frozen=True, eq=False)
class Lesions:
    """Single lesions of the network's sub-modules.

    Attributes
    ----------
    table : DataFrame
        `tables.lesions.single`.
    score : str
        As readers call it.
    changes : (n_sub_modules, n_classes) float64
        What a lesion changes, by class, label or output.
    names : tuple of str
        Of these.
    """

    table: pd.DataFrame
    score: str
    changes: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Subject:
    """One network and what was found of it.

    Attributes
    ----------
    model, stage : str
    k : int
        Number of clusters of what is drawn and lesioned.
    units : {"neurons", "channels"}
    network : Network
    graph : LayeredGraph or UnitGraph
    clusters : Clusters
    by_k : DataFrame
        `tables.networks.by_k`.
    lesions : Lesions or None
    data_complete : bool
        Whether it was trained on all of its dataset.
    origin : mapping
        Where it comes from, line by line.
    """

    model: str
    stage: str
    k: int
    units: str
    network: Network
    graph: LayeredGraph | UnitGraph
    clusters: Clusters
    by_k: pd.DataFrame
    lesions: Lesions | None
    data_complete: bool
    origin: Mapping[str, str]

    @property
    def layer_titles(self) -> list[str]:
        """What each layer of the graph is."""
        return [title for title, _ in self._layers()]

    @property
    def layer_table(self) -> list[dict[str, Any]]:
        """Rows about each layer of the graph: what it is, its shape, its units, its clusters."""
        rows = []
        for (title, shape), labels in zip(self._layers(), self.clusters.by_layer, strict=True):
            found, sizes = np.unique(labels[labels >= 0], return_counts=True)
            rows.append(
                {
                    "layer": title,
                    "shape": " × ".join(map(str, shape)),
                    self.units: labels.size,
                    "isolated": int((labels < 0).sum()),
                    "clusters (number: size)": ", ".join(
                        f"{label}: {size}" for label, size in zip(found, sizes, strict=True)
                    ),
                }
            )
        return rows

    def _layers(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        network = self.network
        yield "input", network.input_shape
        for number in network.unit_layers:
            layer = network.layers[number]
            title = layer.name or f"{layer.kind} {number}"
            if isinstance(layer, layers.Attention):
                yield f"{title}: queries, keys, values", (self.graph.widths[1],)
            yield title, network.shapes[number]


def read(
    inputs: Mapping[str, Any],
    *,
    model: str,
    stage: str,
    k: int,
    graph: Mapping[str, str],
    seed: int,
    configured: str,
) -> Subject:
    """Read what a page tells.

    Parameters
    ----------
    inputs : mapping of name → path or paths
        ``network``, ``clustering`` and ``table``; ``dataset`` and ``lesions``, or empty lists.
    model, stage : str
    k : int
        Number of clusters of ``clustering`` and ``lesions``.
    graph : mapping
        How the network's graph is made: ``units``, ``scale``, ``norm``.
    seed : int
        The study's.
    configured : str
        What its configuration says of the network.
    """
    found = of_files.read(inputs["network"], **graph)
    network = found.network if isinstance(found, of_files.AnyNetwork) else chains.to_graph(found)
    clusters = Clusters.read(inputs["clustering"])
    names: Sequence[str] = ()
    origin = {
        "configured as": configured,
        "study's seed": str(seed),
        "network, SHA-256": files.file_sha256(inputs["network"]),
    }
    origin |= {str(name): _shown(value) for name, value in found.attributes.items()}
    if inputs["dataset"]:
        described = dataset_file.describe(inputs["dataset"])
        names = described.class_names
        origin |= {"test samples": described.source, "dataset, SHA-256": described.sha256}
    table = pd.read_csv(inputs["lesions"]) if inputs["lesions"] else None
    return Subject(
        model,
        stage,
        k,
        graph["units"],
        network,
        of_files.graph(found),
        clusters,
        pd.read_csv(inputs["table"]),
        None if table is None else lesions(table, names),
        clusters.data_complete,
        origin,
    )


def lesions(table: pd.DataFrame, names: Sequence[str]) -> Lesions:
    """Single lesions as a page tells them, from their table and the names of the classes."""
    score = of_lesions.score_of(table)
    columns = [name for name in table.columns if name.startswith(f"{of_lesions.SHORT[score]}_")]
    damaged = table[columns].to_numpy(float)
    intact = table[[f"intact_{name}" for name in columns]].to_numpy(float)
    named = tuple(names) if len(names) == len(columns) else tuple(map(str, range(len(columns))))
    return Lesions(table, SCORES[score], damaged - intact, named)


def _shown(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
