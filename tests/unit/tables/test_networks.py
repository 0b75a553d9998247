"""The table of one network at several numbers of clusters."""

import numpy as np
import pytest

from nn_modularity.clustering.results import Clusters
from nn_modularity.tables import networks

GRAPH = {"units": "channels", "scale": "raw", "norm": "l1"}


def compared(stage, k, ncut=1.5):
    labels = np.array([0, 1, -1, 0, 1])
    clusters = Clusters(labels, (2, 3), ncut, np.linspace(0, 0.3, k))
    return networks.Compared(stage, "layer", clusters, 0.5, np.array([1.0, 2.0, 1.5, 3.0]))


def test_rows_are_in_the_order_of_stages_and_of_k():
    found = [compared(stage, k) for k in (4, 2) for stage in ("pruned", "unpruned")]
    table = networks.by_k("NET", found, GRAPH)
    assert list(zip(table.stage, table.K, strict=True)) == [
        ("unpruned", 2),
        ("unpruned", 4),
        ("pruned", 2),
        ("pruned", 4),
    ]
    assert set(table.units) == {"channels"}


def test_an_n_cut_stands_beside_its_bound_and_its_null_distribution():
    row = networks.by_k("NET", [compared("unpruned", 4)], GRAPH).iloc[0]
    assert row.ncut_bound == pytest.approx(0.6)
    assert row.pvalue == pytest.approx(3 / 5)  # 1.0 and the tie, and the network itself
    assert row.percentile == pytest.approx(2 / 5)
    assert (row["mean"], row.n_samples) == (1.875, 4)
    assert (row.n_units, row.n_isolated, row.n_layers) == (5, 1, 2)
    assert row.pvalue_low < row.pvalue < row.pvalue_high


def test_isolated_neurons_do_not_count_in_the_rand_index():
    one = Clusters(np.array([0, 0, 1, 1, -1, 0]), (3, 3), 1.0, np.zeros(2))
    same = Clusters(np.array([1, 1, 0, 0, 0, -1]), (3, 3), 1.0, np.zeros(2))
    other = Clusters(np.array([0, 1, 0, 1, 1, 0]), (3, 3), 1.0, np.zeros(2))
    assert networks.rand_index(one, same) == 1
    # Of 5 neurons: pairs together in both 1, in one or the other 4 and 4, of 10.
    assert networks.rand_index(one, other) == pytest.approx((1 - 1.6) / (4 - 1.6))
