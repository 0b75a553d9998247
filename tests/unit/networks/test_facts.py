"""What is known of a network beside its layers."""

import numpy as np

from nn_modularity.networks import network, network_file, weights
from nn_modularity.networks.facts import UNKNOWN, Facts
from nn_modularity.networks.layers import Dense, Input


def test_facts_are_read_from_a_networks_file_of_either_version(tmp_path):
    kernel = np.ones((3, 2), np.float32)
    known = {"test_acc": 0.5, "data_complete": False, "seed": 7, "dataset_sha256": "ab"}
    weights.write(tmp_path / "first.h5", weights.mlp([kernel], attributes=known))
    second = network.chain(Input((3,)), [Dense(kernel)], known)
    network_file.write(tmp_path / "second.h5", second)
    for name in ("first", "second"):
        found = Facts.read(tmp_path / f"{name}.h5")
        assert found.metrics == {"test_acc": 0.5}
        assert found.data_complete is False
        assert (found.seed, found.dataset_sha256) == (7, "ab")
        assert found.keras_version == found.tensorflow_version == UNKNOWN


def test_of_a_network_that_says_nothing_nothing_is_known_and_no_data_missing():
    found = Facts.of({})
    assert found.metrics == {}
    assert found.data_complete is True
    assert found.seed == UNKNOWN
