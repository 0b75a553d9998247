"""Damaged files of every stage are never taken for what they were."""

import h5py
import numpy as np
import pytest

from nn_modularity import files
from nn_modularity.clustering.results import Clusters, Initialisation, NullDistribution
from nn_modularity.datasets import dataset_file
from nn_modularity.errors import StudyError
from nn_modularity.lesions.results import DoubleTest, SingleTest
from nn_modularity.networks import chains, checkpoints, network_file, weights

N_DAMAGES = 300


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


MLP = weights.mlp([normal(12, 8), normal(8, 3)], attributes={"test_acc": 0.5, "seed": 3})


def write_dataset(path):
    X, y = np.arange(80, dtype=np.uint8).reshape(5, 4, 4), np.arange(5)
    dataset_file.write(path, dataset_file.Dataset(X, y, X, y, source="counted"))


def write_checkpoints(path):
    with files.new_h5(path) as file:
        epoch = checkpoints.Epoch(1, 0.5, 0.5, 0.5, 0.5)
        checkpoints.append(file, checkpoints.Checkpoint(epoch, (normal(3, 2),)))


def read_network_1(path):
    return weights.read(path, files.MADE_AGAIN)


def read_network_2(path):
    return network_file.read(path, files.MADE_AGAIN)


KINDS = {
    "dataset": (write_dataset, dataset_file.read),
    "network-1": (lambda path: weights.write(path, MLP), read_network_1),
    "network-2": (
        lambda path: network_file.write(path, chains.to_graph(MLP)),
        read_network_2,
    ),
    "clusters": (
        Clusters(np.array([0, 1, 1, 0, -1]), (2, 3), 1.5, np.array([0.0, 0.2])).write,
        Clusters.read,
    ),
    "null distribution": (
        NullDistribution(np.arange(9.0)).write,
        NullDistribution.read,
    ),
    "N-cuts of untrained networks": (Initialisation(np.arange(9.0)).write, Initialisation.read),
    "checkpoints": (write_checkpoints, lambda path: list(checkpoints.read(path))),
    "lesions": (
        SingleTest(
            *(np.arange(4) for _ in range(4)),
            score="accuracy",
            class_sizes=np.array([5, 5]),
            intact=np.array([4, 4]),
            lesioned=np.ones((4, 2), np.int64),
            null=np.ones((3, 4, 2), np.int64),
            data_complete=True,
        ).write,
        SingleTest.read,
    ),
    "pair counts": (
        DoubleTest(
            *(np.arange(4) for _ in range(2)),
            score="accuracy",
            n_images=10,
            intact=8,
            lesioned=np.ones((4, 4), np.int64),
            joint_null=np.ones((3, 4, 4), np.int64),
            conditional_null=np.ones((3, 4, 4), np.int64),
            data_complete=True,
        ).write,
        DoubleTest.read,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_bit_or_a_cut_is_found_before_anything_is_read(tmp_path, kind):
    write, read = KINDS[kind]
    path = tmp_path / "made.h5"
    write(path)
    read(path)
    whole, generator = path.read_bytes(), np.random.default_rng(0)
    for number in range(N_DAMAGES):
        damaged = bytearray(whole)
        place = generator.integers(len(whole))
        damaged[place] ^= 1 << generator.integers(8)
        path.write_bytes(damaged if number % 3 else whole[:place])
        with pytest.raises(StudyError, match=r"made\.h5: .*without their checksum.*made again"):
            read(path)


def test_what_was_changed_by_hand_is_refused_and_what_the_user_made_is_not(tmp_path):
    weights.write(tmp_path / "n.h5", MLP)
    with h5py.File(tmp_path / "n.h5", "r+") as file:
        file.attrs["test_acc"] = 0.75
    with pytest.raises(StudyError, match=r"without their checksum.*have it made again"):
        read_network_1(tmp_path / "n.h5")
    assert weights.read(tmp_path / "n.h5").attributes["test_acc"] == 0.75
