"""Pruning keeps the largest weights of each layer, as many as the schedule says."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn_modularity.datasets import dataset_file
from nn_modularity.training import fitting, models, pruning

SETTINGS = {
    "network": {"kind": "mlp", "hidden": [13, 7]},
    "dropout": 0.0,
    "convolution_dropout": 0.0,
}
N_IMAGES, BATCH, EPOCHS = 70, 16, 6
RECIPE = fitting.Recipe(epochs=EPOCHS, batch_size=BATCH, shuffle=True)
SCHEDULE = pruning.Schedule(0.5, 0.9, frequency=4, end=RECIPE.steps(N_IMAGES))


def some_data():
    generator = np.random.default_rng(0)
    arrays = {}
    for part, n in (("train", N_IMAGES), ("test", 20)):
        arrays[f"X_{part}"] = generator.integers(0, 256, (n, 5, 5), dtype=np.uint8)
        arrays[f"y_{part}"] = generator.integers(0, 10, n)
    return fitting.prepare(dataset_file.Dataset(**arrays, source="noise"))


def pruned(schedule=SCHEDULE):
    """Kernels after every epoch of a pruning, and the model after the last."""
    model = models.build(SETTINGS, (5, 5), 10, np.random.SeedSequence(1))
    masks = pruning.Pruning(model, schedule)
    epochs = fitting.fit(model, some_data(), RECIPE, np.random.default_rng(2), masks)
    return [[kernel.copy() for kernel in models.kernels(model)] for _ in epochs], model


@pytest.fixture(scope="module")
def run():
    return pruned()


def largest_by_sorting(values, n):
    order = np.argsort(-np.abs(values), axis=None, kind="stable")
    mask = np.zeros(values.size, np.float32)
    mask[order[:n]] = 1
    return mask.reshape(values.shape)


def test_the_sparsity_schedule_is_the_published_polynomial():
    schedule = pruning.Schedule(0.5, 0.9, frequency=10, end=9380)
    assert schedule.sparsity(0) == pytest.approx(0.5)
    assert schedule.sparsity(4690) == pytest.approx(0.9 - 0.4 / 8)
    assert schedule.sparsity(2345) == pytest.approx(0.9 - 0.4 * 27 / 64)
    assert schedule.sparsity(9380) == pytest.approx(0.9)


def test_masks_are_updated_from_step_0_on_and_at_the_end():
    assert list(pruning.Schedule(0.5, 0.9, frequency=10, end=35).updates) == [0, 10, 20, 30, 35]
    assert list(pruning.Schedule(0.5, 0.9, frequency=10, end=30).updates) == [0, 10, 20, 30]


def test_weights_kept_are_counted_by_layer():
    schedule = pruning.Schedule(0.5, 0.9, frequency=10, end=20)
    assert schedule.n_kept([200_704, 2560]).tolist() == [
        [100_352, 1280],
        [30_106, 384],  # 15 %: 30105.6 weights
        [20_070, 256],
    ]


magnitudes = st.floats(-4, 4, width=32).map(lambda value: round(value * 4) / 4)
any_size = st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False)


@given(
    values=hnp.arrays(np.float32, hnp.array_shapes(max_dims=3), elements=magnitudes | any_size),
    share=st.floats(0, 1),
)
def test_the_largest_entries_are_those_of_a_stable_sort(values, share):
    n = round(share * values.size)
    found = pruning.largest(values, n)
    np.testing.assert_array_equal(found, largest_by_sorting(values, n))
    assert found.dtype == np.float32


def test_layers_of_more_weights_than_float32_counts_are_pruned_to_a_weight():
    values = np.ones(2**24 + 3, np.float32)
    values[:5] = 2
    mask = pruning.largest(values, 2**24 + 1)
    assert mask.sum(dtype=np.float64) == 2**24 + 1
    assert not mask[-2:].any()


def test_every_epoch_has_the_scheduled_sparsity_to_a_weight(run):
    by_epoch, _ = run
    steps = SCHEDULE.end // EPOCHS
    for epoch, kernels in enumerate(by_epoch, start=1):
        update = SCHEDULE.end if epoch == EPOCHS else epoch * steps // 4 * 4
        sparsity = 0.9 + (0.5 - 0.9) * (1 - update / SCHEDULE.end) ** 3
        for kernel in kernels:
            assert np.sum(kernel == 0) == round(sparsity * kernel.size)


def test_pruned_weights_stay_pruned(run):
    by_epoch, _ = run
    for earlier, later in pairwise(by_epoch):
        for before, after in zip(earlier, later, strict=True):
            assert np.all(after[before == 0] == 0)


def test_biases_are_not_pruned(run):
    _, model = run
    assert np.all(models.weighted(model)[-1].bias.numpy() != 0)


def test_pruning_equals_keras_steps_with_masks_from_numpy(run):
    by_epoch, _ = run
    data = some_data()
    x, y = data.train.x.numpy() / np.float32(255), data.train.y.numpy()
    model = models.build(SETTINGS, (5, 5), 10, np.random.SeedSequence(1))
    model.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy")
    layers, orders, step = models.weighted(model), np.random.default_rng(2), 0
    masks = [None] * len(layers)

    def renew(at):
        for number, layer in enumerate(layers):
            kernel = layer.kernel.numpy()
            share = 0.9 + (0.5 - 0.9) * (1 - at / SCHEDULE.end) ** 3
            masks[number] = largest_by_sorting(kernel, kernel.size - round(share * kernel.size))

    def apply():
        for layer, mask in zip(layers, masks, strict=True):
            layer.kernel.assign(layer.kernel.numpy() * mask)

    renew(0)
    apply()
    for expected in by_epoch:
        order = orders.permutation(N_IMAGES)
        for start in range(0, N_IMAGES, BATCH):
            chosen = order[start : start + BATCH]
            model.train_on_batch(x[chosen], y[chosen])
            apply()
            step += 1
            if step % 4 == 0 or step == SCHEDULE.end:
                renew(step)
                apply()
        for kernel, layer in zip(expected, layers, strict=True):
            np.testing.assert_allclose(kernel, layer.kernel.numpy(), atol=2e-6)
