"""What is added to the loss, against TensorFlow's own derivatives and Keras's own training."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nn_modularity.clustering import penalty
from nn_modularity.training import fitting, models
from nn_modularity.training.regularisation import Regularisation

NOTHING = {"l1": 0.0, "l2": 0.0, "clusterability": 0.0, "clusters": 2, "every": 1}
SETTINGS = {
    "seed_path": [1, "train", "MODEL", 0],
    "network": {"kind": "mlp", "hidden": [16, 12]},
    "dropout": 0.0,
    "convolution_dropout": 0.0,
    "epochs": 4,
    "batch_size": 20,
    "shuffle": True,
}


def model(kind="mlp", **more):
    network = {"kind": "cnn", "filters": [3, 4], "kernel_size": 3, "pool_size": 2, "hidden": [6]}
    settings = SETTINGS | more | ({"network": network} if kind == "cnn" else {})
    return models.build(settings, (6, 6), 4, np.random.SeedSequence(3))


def data(n=200):
    generator = np.random.default_rng(0)
    y = generator.integers(0, 4, n)
    x = generator.integers(0, 90, (n, 6, 6)).astype(np.uint8)
    for image, label in zip(x, y, strict=True):
        image[label] = 250
    images = fitting.Images(tf.constant(x), tf.constant(y), 255.0, 0.0)
    return fitting.Data(images, images, 4, 1 / 255, 0.0, "", True)


def trained(**penalties):
    settings = SETTINGS | ({"regularisation": NOTHING | penalties} if penalties else {})
    made, epochs = fitting.train(settings, data())
    return list(epochs), models.kernels(made)


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_l1_and_l2_are_tensorflows_derivatives(kind):
    network = model(kind)
    kernels = [layer.kernel.value for layer in models.weighted(network)]
    with tf.GradientTape() as tape:
        loss = sum(0.3 * tf.reduce_sum(abs(w)) + 0.2 * tf.reduce_sum(w**2) for w in kernels)
    expected = tape.gradient(loss, kernels)
    ones = [tf.ones_like(kernel) for kernel in kernels]
    found = Regularisation(network, NOTHING | {"l1": 0.3, "l2": 0.2}).added_to(ones, tf.constant(1))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one - 1, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_eigenvalues_are_looked_at_now_and_then_and_count_as_often(kind):
    network = model(kind)
    added = Regularisation(network, NOTHING | {"clusterability": 0.5, "every": 3})
    expected = penalty.mean_eigenvalue(models.kernels(network), 2)[1]
    for step in range(1, 7):
        ones = [tf.ones_like(kernel) for kernel in models.kernels(network)]
        found = tf.function(added.added_to)(ones, tf.constant(step))
        for one, other in zip(found, expected, strict=True):
            more = 1.5 * other * (step % 3 == 0)
            np.testing.assert_allclose(one - 1, more, rtol=1e-4, atol=1e-6)


def test_training_with_l2_is_kerass():
    factor = 0.01
    network = model()
    same = keras.models.clone_model(network)
    same.set_weights(network.get_weights())
    for layer in models.weighted(same):
        layer.kernel_regularizer = keras.regularizers.L2(factor)
    theirs = keras.Sequential.from_config(same.get_config())
    theirs.set_weights(network.get_weights())
    theirs.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy")
    images = data()
    recipe = fitting.Recipe(2, 20, False)
    x, y = images.train.batch(tf.range(len(images.train)), (6, 6))
    theirs.fit(x, y, batch_size=20, epochs=2, shuffle=False, verbose=0)
    added = Regularisation(network, NOTHING | {"l2": factor})
    list(fitting.fit(network, images, recipe, np.random.default_rng(0), regularisation=added))
    for one, other in zip(network.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5)


def test_the_clusterability_penalty_makes_networks_clusterable():
    kernels = trained()[1]
    epochs, modular = trained(clusterability=10.0, every=2)
    assert penalty.mean_eigenvalue(modular, 2)[0] < penalty.mean_eigenvalue(kernels, 2)[0] - 0.03
    assert epochs[-1].train_acc > 0.5
    again = trained(clusterability=10.0, every=2)[1]
    for one, other in zip(modular, again, strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_penalty_changes_nothing():
    kernels, same = trained()[1], trained(every=5)[1]
    for one, other in zip(kernels, same, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("kind", "changed"), [("mlp", (1, 2)), ("cnn", (1,))])
def test_a_clusterable_start_leaves_the_first_kernel_as_it_is(kind, changed):
    plain = models.kernels(model(kind))
    modular = models.kernels(model(kind, initialisation={"modules": 3, "across": 0.5}))
    for place, (one, other) in enumerate(zip(plain, modular, strict=True)):
        ratios = np.unique(np.round(other / one, 4))
        assert set(ratios) == ({0.5, 2.0} if place in changed else {1.0})
    for one, other in zip(plain, models.kernels(model(kind)), strict=True):
        np.testing.assert_array_equal(one, other)
