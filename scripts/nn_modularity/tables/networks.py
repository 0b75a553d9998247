"""The table of one network: how modular it is, at several numbers of clusters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from nn_modularity import significance
from nn_modularity.clustering import spectral
from nn_modularity.clustering.results import Clusters
from nn_modularity.networks.labelling import ISOLATED, Labelling
from nn_modularity.tables.clustering import against_null, average_in_out

OTHER_SCALE = {"raw": "unit_norm", "unit_norm": "raw", "equal_volume": "unit_norm"}
"""The scale of a graph's weights that its clusters are compared with."""


@dataclass(frozen=True, eq=False)
class Compared:
    """A clustered network and the N-cuts of its shuffled versions under one null model.

    Attributes
    ----------
    stage, shuffle : str
    clusters : Clusters
    rand_index : float
        Adjusted Rand index between these clusters and those at another scale of the weights; NaN
        where they aren't known.
    ncuts : (n_shuffles,) float64
    """

    stage: str
    shuffle: str
    clusters: Clusters
    rand_index: float
    ncuts: np.ndarray


def by_k(model: str, found: Sequence[Compared], graph: dict[str, str]) -> pd.DataFrame:
    """A row a stage, number of clusters and null model.

    ``ncut_bound`` is what no clustering's N-cut falls below; the other columns are those of the
    clustering table, ``graph`` says what its nodes and edges are, and ``rand_index`` how much
    their scale matters: 1 where `OTHER_SCALE` gives the same clusters.
    """
    rows = [_row(model, one) | graph for one in found]
    return pd.DataFrame(sorted(rows, key=lambda row: (row["stage"] == "pruned", row["K"])))


def rand_index(first: Labelling, second: Labelling) -> float:
    """Adjusted Rand index of two clusterings, over the neurons that are isolated in neither.

    Hubert & Arabie (1985): 1 where they are the same, 0 in the mean where they are unrelated.
    """
    both = (first.labels != ISOLATED) & (second.labels != ISOLATED)
    return float(adjusted_rand_score(first.labels[both], second.labels[both]))


def _row(model: str, found: Compared) -> dict[str, Any]:
    clusters, k = found.clusters, len(found.clusters.eigenvalues)
    low, high = significance.pvalue_interval(found.ncuts, clusters.ncut)
    return {
        "model": model,
        "stage": found.stage,
        "K": k,
        "shuffle_method": found.shuffle,
        "ncut": clusters.ncut,
        "ncut_bound": spectral.ncut_bound(clusters.eigenvalues),
        "ave_in_out": average_in_out(clusters.ncut, k),
        "n_samples": len(found.ncuts),
        **against_null(clusters.ncut, found.ncuts),
        "pvalue_low": low,
        "pvalue_high": high,
        "rand_index": found.rand_index,
        "n_units": clusters.labels.size,
        "n_isolated": int((clusters.labels < 0).sum()),
        "n_layers": len(clusters.widths),
    }
