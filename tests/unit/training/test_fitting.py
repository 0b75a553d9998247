"""A training is Keras's own, step by step, and comes out the same again."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from nn_modularity import files
from nn_modularity.activations import forward
from nn_modularity.datasets import dataset_file
from nn_modularity.errors import StudyError
from nn_modularity.networks import checkpoints
from nn_modularity.training import fitting, gpu, models, recording

SETTINGS = {
    "seed_path": [1, "train", "TINY+DROPOUT", 2],
    "model": "TINY+DROPOUT",
    "instance": 2,
    "dataset": "tiny",
    "network": {"kind": "mlp", "hidden": [16, 8]},
    "dropout": 0.0,
    "convolution_dropout": 0.0,
    "epochs": 3,
    "batch_size": 32,
    "shuffle": True,
    "n_train": None,
}
N_TRAIN, N_TEST = 101, 40  # the last batch has 5 images


def arrays():
    """Noise with three white pixels where the class says."""
    generator = np.random.default_rng(0)
    content = {}
    for part, n in (("train", N_TRAIN), ("test", N_TEST)):
        x = generator.integers(0, 100, (n, 6, 6), dtype=np.uint8)
        y = generator.integers(0, 10, n)
        for image, label in zip(x, y, strict=True):
            image[label % 2 * 3 : label % 2 * 3 + 3, label // 2] = 255
        content |= {f"X_{part}": x, f"y_{part}": y}
    return content


@pytest.fixture(autouse=True, scope="module")
def _as_in_a_job():
    tf.config.experimental.enable_op_determinism()


@pytest.fixture
def dataset(tmp_path):
    path = tmp_path / "tiny.h5"
    made = dataset_file.Dataset(**arrays(), source="noise", complete=False)
    dataset_file.write(path, made)
    return path


@pytest.fixture
def data(dataset):
    return fitting.read(dataset)


def built(settings):
    return models.build(settings, (6, 6), 10, np.random.SeedSequence(7))


def fitted(data, **changes):
    """Epochs of a training and its network."""
    settings = {**SETTINGS, **changes}
    model = built(settings)
    recipe = fitting.Recipe.of(settings)
    return list(fitting.fit(model, data, recipe, np.random.default_rng(3))), model


@pytest.mark.parametrize("shuffle", [True, False], ids=["shuffled", "in the data's order"])
def test_epochs_equal_keras_steps_on_the_same_batches(data, shuffle):
    epochs, model = fitted(data, shuffle=shuffle)
    reference = built(SETTINGS)
    reference.compile(
        keras.optimizers.Adam(), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    content = arrays()
    x, y = content["X_train"] / np.float32(255), content["y_train"]
    x_test, y_test = content["X_test"] / np.float32(255), content["y_test"]
    orders = np.random.default_rng(3)
    for epoch in epochs:
        order = orders.permutation(N_TRAIN) if shuffle else np.arange(N_TRAIN)
        sums = np.zeros(2)
        for start in range(0, N_TRAIN, 32):
            chosen = order[start : start + 32]
            sums += len(chosen) * np.array(reference.train_on_batch(x[chosen], y[chosen]))
        assert (epoch.train_loss, epoch.train_acc) == pytest.approx(sums / N_TRAIN, rel=1e-5)
        tested = reference.evaluate(x_test, y_test, verbose=0)
        assert (epoch.test_loss, epoch.test_acc) == pytest.approx(tested, rel=1e-5)
    for kernel, expected in zip(models.kernels(model), models.kernels(reference), strict=True):
        np.testing.assert_allclose(kernel, expected, atol=2e-6)


@pytest.mark.parametrize("changes", [{}, {"dropout": 0.5}], ids=["plain", "dropout"])
def test_the_same_seed_gives_the_same_bits(data, changes):
    (epochs, model), (epochs_again, model_again) = (fitted(data, **changes) for _ in range(2))
    assert epochs == epochs_again
    for kernel, again in zip(models.kernels(model), models.kernels(model_again), strict=True):
        np.testing.assert_array_equal(kernel, again)


def test_dropout_acts_on_learning_and_not_on_testing(data):
    _, plain = fitted(data, epochs=1)
    (epoch,), model = fitted(data, epochs=1, dropout=0.5)
    assert np.any(models.kernels(model)[0] != models.kernels(plain)[0])
    loss, accuracy = fitting.evaluate(model, data.test)
    assert (epoch.test_loss, epoch.test_acc) == (loss, accuracy)


def test_a_cnn_learns(data):
    cnn = {"kind": "cnn", "filters": [4], "kernel_size": 3, "pool_size": 2, "hidden": [32]}
    epochs, _ = fitted(data, network=cnn, epochs=20, batch_size=8)
    assert epochs[-1].test_acc > 0.9


def test_steps_count_the_last_smaller_batch():
    assert fitting.Recipe(epochs=20, batch_size=128, shuffle=True).steps(60_000) == 9380


def test_a_loss_that_is_no_number_ends_the_training_with_a_message(data):
    model = built(SETTINGS)
    models.weighted(model)[-1].kernel.assign(np.full((8, 10), np.nan))
    recipe = fitting.Recipe.of(SETTINGS)
    with pytest.raises(StudyError, match=r"epoch 1 of 3: found a training loss of nan"):
        list(fitting.fit(model, data, recipe, np.random.default_rng(0)))


def test_the_first_images_alone_are_learned_where_asked_for(dataset):
    data = fitting.read(dataset, n_train=30)
    np.testing.assert_array_equal(data.train.x.numpy(), arrays()["X_train"][:30])
    np.testing.assert_array_equal(data.train.y.numpy(), arrays()["y_train"][:30])
    assert len(data.test) == N_TEST


def test_more_images_than_there_are_cannot_be_learned(dataset):
    with pytest.raises(StudyError, match="n_train: found 102, expected at most 101"):
        fitting.read(dataset, n_train=102)


def test_features_of_any_scale_and_number_of_classes_are_learned():
    generator = np.random.default_rng(0)
    X = generator.normal([10, -3, 500, 0], [1, 2, 50, 0.1], (160, 4)).astype(np.float32)
    y = (X[:, 0] > 10).astype(np.int64) + (X[:, 1] > -3)
    mean, std = X.mean(axis=0), X.std(axis=0)
    dataset = dataset_file.Dataset(
        X[:100], y[:100], X[100:], y[100:], "noise", n_classes=3, scale=2.0, mean=2 * mean, std=std
    )
    model, epochs = fitting.train({**SETTINGS, "epochs": 30}, fitting.prepare(dataset))
    last = list(epochs)[-1]
    assert last.test_acc > 0.6  # chance is 0.5
    scaling = {"input_scale": dataset.input_scale, "input_offset": dataset.input_offset}
    network = models.to_network(model, **scaling)
    assert network.widths == (4, 16, 8, 3)
    seen = (2 * X[100:] - 2 * mean) / std
    found = forward.inputs(network, X[100:])
    np.testing.assert_allclose(found, seen, rtol=1e-4, atol=1e-4)
    right = model.predict(found, verbose=0).argmax(axis=1) == y[100:]
    assert right.mean() == pytest.approx(last.test_acc)


def test_only_classes_are_learned():
    X, y = np.ones((5, 2), np.float32), np.ones((5, 1), np.float32)
    dataset = dataset_file.Dataset(X, y, X, y, "numbers", task="regression", n_classes=1)
    with pytest.raises(StudyError, match="found a regression, expected classes"):
        fitting.prepare(dataset)


def test_the_history_has_a_row_an_epoch(data, tmp_path):
    _, epochs = fitting.train(SETTINGS, data)
    past = list(recording.followed(epochs, SETTINGS, "unpruned"))
    checkpoints.write_history(tmp_path / "history.csv", past)
    lines = (tmp_path / "history.csv").read_text().splitlines()
    assert lines[0] == "epoch,train_loss,train_acc,test_loss,test_acc"
    assert [line.split(",")[0] for line in lines[1:]] == ["1", "2", "3"]
    assert checkpoints.read_history(tmp_path / "history.csv") == past


def test_the_network_file_says_what_was_trained(data):
    last = list(fitting.train(SETTINGS, data)[1])[-1]
    assert recording.attributes(SETTINGS, "unpruned", data, last) == {
        "model": "TINY+DROPOUT",
        "instance": 2,
        "stage": "unpruned",
        "seed": 1,
        "dataset": "tiny",
        "dataset_sha256": data.sha256,
        "data_complete": False,
        **last.metrics,
        "tensorflow_version": tf.__version__,
        "keras_version": keras.__version__,
    }


def test_checkpoints_hold_the_kernels_of_the_epochs_asked_for(data, tmp_path):
    model, epochs = fitting.train(SETTINGS, data)
    past = []

    def seen():
        for epoch in epochs:
            past.append((epoch, [kernel.copy() for kernel in models.kernels(model)]))
            yield epoch

    recording.write_checkpoints(tmp_path / "checkpoints.h5", seen(), model, data, [1, 3])
    found = list(checkpoints.read(tmp_path / "checkpoints.h5"))
    assert len(past) == 3
    assert not any(checkpoint.data_complete for checkpoint in found)
    assert [checkpoint.epoch for checkpoint in found] == [past[0][0], past[2][0]]
    for checkpoint, (_, kernels) in zip(found, [past[0], past[2]], strict=True):
        for kernel, expected in zip(checkpoint.kernels, kernels, strict=True):
            np.testing.assert_array_equal(kernel, expected)


def test_a_training_once_more_ends_in_the_same_network(data):
    networks = []
    for _ in range(2):
        model, epochs = fitting.train(SETTINGS, data)
        list(epochs)
        networks.append(models.to_network(model, {}))
    for first, second in zip(networks[0].kernels, networks[1].kernels, strict=True):
        np.testing.assert_array_equal(first, second)


def test_another_instance_is_another_network(data):
    other = {**SETTINGS, "seed_path": [1, "train", "TINY+DROPOUT", 3]}
    first, second = (fitting.initial(settings, data) for settings in (SETTINGS, other))
    for one, another in zip(models.kernels(first), models.kernels(second), strict=True):
        assert not np.any(one == another)


def test_checkpoints_are_refused_in_another_format(tmp_path):
    with files.new_h5(tmp_path / "other.h5"):
        pass
    with pytest.raises(StudyError, match=r"other.h5: found format None"):
        list(checkpoints.read(tmp_path / "other.h5"))


def test_tensorboard_shows_every_metric_of_every_epoch(data, tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "TENSORBOARD", tmp_path / "tensorboard")
    epochs = list(fitting.train(SETTINGS, data)[1])
    assert list(recording.with_tensorboard(epochs, SETTINGS, "unpruned")) == epochs
    (log,) = (tmp_path / "tensorboard" / "TINY+DROPOUT" / "2" / "unpruned").iterdir()
    shown = {
        (event.step, value.tag): float(tf.make_ndarray(value.tensor))
        for event in tf.compat.v1.train.summary_iterator(str(log))
        for value in event.summary.value
    }
    assert shown == {
        (epoch.epoch, name): pytest.approx(value)
        for epoch in epochs
        for name, value in epoch.metrics.items()
    }


TRAIN_AND_PRUNE = """
import sys
from types import SimpleNamespace
import prune, train
from nn_modularity.training import gpu

class Named(dict):
    __getattr__ = dict.__getitem__

dataset, folder, settings = sys.argv[1], sys.argv[2], eval(sys.argv[3])
for script, stage in ((train, "unpruned"), (prune, "pruned")):
    if "tensorflow" in sys.modules:
        gpu.prepare = lambda *devices: None
    script.main(SimpleNamespace(
        threads=1,
        resources=SimpleNamespace(gpu=0, tensorboard=0),
        params=Named(training=settings, pruning=settings),
        input=Named(data=dataset, network=f"{folder}/unpruned.h5"),
        output=Named(network=f"{folder}/{stage}.h5", history=f"{folder}/{stage}.csv"),
    ))
"""


def test_files_are_bit_identical_from_a_fresh_process(dataset, tmp_path, monkeypatch):
    program, here, there = (tmp_path / name for name in ("program.py", "here", "there"))
    program.write_text(TRAIN_AND_PRUNE)
    here.mkdir()
    there.mkdir()
    sparsity = {"initial": 0.5, "final": 0.9, "frequency": 3}
    settings = repr({**SETTINGS, "dropout": 0.25, "sparsity": sparsity})
    scripts = str(Path(models.__file__).parents[2])

    monkeypatch.setattr(gpu, "prepare", gpu.prepare)  # the program replaces it
    monkeypatch.setattr(sys, "argv", [str(program), str(dataset), str(here), settings])
    runpy.run_path(str(program))
    subprocess.run(
        [sys.executable, program, dataset, there, settings],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "PYTHONPATH": scripts},
        check=True,
    )

    names = sorted(path.name for path in here.iterdir())
    assert names == ["pruned.csv", "pruned.h5", "unpruned.csv", "unpruned.h5"]
    for name in names:
        assert (here / name).read_bytes() == (there / name).read_bytes()
