"""Learning curves: N-cuts of checkpoints, each beside the metrics of its own epoch."""

import numpy as np
import pytest

from nn_modularity import files
from nn_modularity.networks import checkpoints
from nn_modularity.networks.checkpoints import Checkpoint, Epoch
from nn_modularity.tables import learning_curves

SETTINGS = {
    "seed_path": [1, "learning-curve", "NET", 0],
    "model": "MNIST",
    "k": 2,
    "n_starts": [3, 5],
    "epochs": 7,
}


def two_halves(leak):
    """Kernels of a network of two halves, which edges of weight `leak` join."""
    blocks = np.kron(np.eye(2), np.ones((4, 4))).astype(np.float32)
    return tuple(np.where(blocks > 0, 1, leak).astype(np.float32) for _ in range(3))


def epoch(number):
    """An epoch whose metrics tell its number."""
    return Epoch(number, 0.1 * number, 0.2 * number, 0.3 * number, 0.4 * number)


@pytest.fixture
def found(tmp_path):
    """Checkpoints as a training writes them, read back; the leak tells the epoch."""
    stages = [("unpruned", [5]), ("pruned", [1, 5])]
    for stage, numbers in stages:
        with files.new_h5(tmp_path / f"{stage}.h5") as file:
            for number in numbers:
                kernels = two_halves(0.01 * number if stage == "unpruned" else 0)
                checkpoints.append(file, Checkpoint(epoch(number), kernels, data_complete=False))
    return [
        (stage, checkpoint)
        for stage, _ in stages
        for checkpoint in checkpoints.read(tmp_path / f"{stage}.h5")
    ]


def test_epochs_count_on_through_pruning_from_the_end_of_training(found):
    table = learning_curves.tabulate(found, SETTINGS)
    # The training ended after 7 epochs; its last checkpoint is of epoch 5.
    assert list(table["epoch"]) == [5, 8, 12]
    assert list(table["is_pruned"]) == [False, True, True]


def test_metrics_are_those_of_their_own_epoch(found):
    table = learning_curves.tabulate(found, SETTINGS)
    for (_, row), number in zip(table.iterrows(), [5, 1, 5], strict=True):
        assert row["train_loss"] == pytest.approx(0.1 * number)
        assert row["train_acc"] == pytest.approx(0.2 * number)
        assert row["test_loss"] == pytest.approx(0.3 * number)
        assert row["test_acc"] == pytest.approx(0.4 * number)


def test_ncut_is_that_of_the_two_halves(found):
    table = learning_curves.tabulate(found, SETTINGS)
    # A neuron has 4 edges of weight 1 and 4 leaks to each neighbouring layer: of a half's volume
    # 4 · 0.05 / (4 + 4 · 0.05) leaves it, in both halves.
    expected = [2 * 0.2 / 4.2, 0, 0]
    np.testing.assert_allclose(table["ncut"], expected, atol=1e-7)
    share = expected[0] / 2
    assert table["ave_in_out"][0] == pytest.approx((1 - share) / (2 * share), rel=1e-6)


def test_incomplete_data_shows_in_every_row(found):
    assert not learning_curves.tabulate(found, SETTINGS)["data_complete"].any()


def test_the_same_seed_gives_the_same_curve(found):
    first = learning_curves.tabulate(found, SETTINGS)
    assert first.equals(learning_curves.tabulate(found, SETTINGS))
