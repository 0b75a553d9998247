"""Keras models are the networks of the study, and the network file says the same as Keras."""

import keras
import numpy as np
import pytest
from scipy import signal

from nn_modularity.errors import StudyError
from nn_modularity.networks import weights
from nn_modularity.training import models

MLP = {
    "network": {"kind": "mlp", "hidden": [12, 8]},
    "dropout": 0.0,
    "convolution_dropout": 0.0,
}
CNN = {
    "network": {
        "kind": "cnn",
        "filters": [3, 4],
        "kernel_size": 3,
        "pool_size": 2,
        "hidden": [6],
    },
    "dropout": 0.0,
    "convolution_dropout": 0.0,
}
IMAGE = (9, 9)


def built(settings, seed=0, image_shape=IMAGE):
    return models.build(settings, image_shape, 10, np.random.SeedSequence(seed))


def with_random_biases(model):
    generator = np.random.default_rng(5)
    for layer in models.weighted(model):
        kernel, bias = layer.get_weights()
        layer.set_weights([kernel, generator.normal(size=bias.shape)])
    return model


def numpy_forward(network, x):
    """Outputs of a network file by NumPy and SciPy alone; convolutions pad, pools don't."""
    x = x.astype(np.float64)
    for layer in network.layers:
        if layer.kind == "flatten":
            x = x.reshape(len(x), -1)
        elif layer.kind == "dense":
            x = x @ layer.kernel + layer.bias
        elif layer.kind == "conv2d":
            assert (layer.padding, layer.strides) == ("same", (1, 1))
            maps = [
                sum(
                    signal.correlate(image[..., i], layer.kernel[..., i, o], mode="same")
                    for i in range(image.shape[-1])
                )
                for image in x
                for o in range(layer.kernel.shape[-1])
            ]
            maps = np.reshape(maps, (len(x), -1, *x.shape[1:3]))
            x = np.moveaxis(maps, 1, -1) + layer.bias
        elif layer.kind == "max_pool2d":
            assert (layer.padding, layer.pool_size, layer.strides) == ("valid", (2, 2), (2, 2))
            height, width = (size // 2 * 2 for size in x.shape[1:3])
            blocks = x[:, :height, :width].reshape(len(x), height // 2, 2, width // 2, 2, -1)
            x = blocks.max(axis=(2, 4))
        if layer.activation == "relu":
            x = np.maximum(x, 0)
        elif layer.activation == "softmax":
            x = np.exp(x - x.max(axis=1, keepdims=True))
            x /= x.sum(axis=1, keepdims=True)
    return x


@pytest.mark.parametrize("settings", [MLP, CNN], ids=["mlp", "cnn"])
def test_the_written_file_predicts_what_keras_predicts(settings, tmp_path):
    model = with_random_biases(built(settings))
    weights.write(tmp_path / "network.h5", models.to_network(model))
    network = weights.read(tmp_path / "network.h5")
    x = np.random.default_rng(0).random((5, *network.input_shape), np.float32)
    np.testing.assert_allclose(numpy_forward(network, x), model.predict(x, verbose=0), atol=1e-5)


@pytest.mark.parametrize("settings", [MLP, CNN], ids=["mlp", "cnn"])
def test_a_loaded_network_comes_back_unchanged(settings):
    network = models.to_network(with_random_biases(built(settings, seed=1)))
    model = built(settings, seed=2)
    models.load(model, network)
    for found, expected in zip(models.to_network(model).layers, network.layers, strict=True):
        np.testing.assert_array_equal(found.kernel, expected.kernel)
        np.testing.assert_array_equal(found.bias, expected.bias)


def test_a_network_of_other_layers_is_refused():
    narrower = {**MLP, "network": {"kind": "mlp", "hidden": [12, 7]}}
    with pytest.raises(StudyError, match=r"found .*\(12, 7\).* expected .*\(12, 8\)"):
        models.load(built(MLP), models.to_network(built(narrower)))


def test_the_studys_networks_have_the_published_sizes():
    mlp = {**MLP, "network": {"kind": "mlp", "hidden": [256] * 4}}
    cnn = {**CNN, "network": {**CNN["network"], "filters": [32, 32], "hidden": [128]}}
    assert [kernel.shape for kernel in models.kernels(built(mlp, image_shape=(28, 28)))] == [
        (784, 256),
        (256, 256),
        (256, 256),
        (256, 256),
        (256, 10),
    ]
    assert [kernel.shape for kernel in models.kernels(built(cnn, image_shape=(28, 28)))] == [
        (3, 3, 1, 32),
        (3, 3, 32, 32),
        (14 * 14 * 32, 128),
        (128, 10),
    ]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (MLP, ["Flatten", "Dense", 0.5, "Dense", 0.5, "Dense"]),
        (CNN, ["Conv2D", 0.25, "Conv2D", 0.25, "MaxPooling2D", "Flatten", "Dense", 0.5, "Dense"]),
    ],
    ids=["mlp", "cnn"],
)
def test_dropout_follows_every_hidden_layer_at_its_rate(settings, expected):
    model = built({**settings, "dropout": 0.5, "convolution_dropout": 0.25})
    assert [getattr(each, "rate", type(each).__name__) for each in model.layers] == expected


def test_dropout_leaves_no_trace_in_the_file():
    kinds = [layer.kind for layer in models.to_network(built({**MLP, "dropout": 0.5})).layers]
    assert kinds == ["flatten", "dense", "dense", "dense"]


def test_initial_weights_follow_the_seed_alone():
    first, again, other = (models.kernels(built(CNN, seed)) for seed in (3, 3, 4))
    for kernel, same, different in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(kernel, same)
        assert not np.any(kernel == different)


def test_initial_kernels_are_glorot_uniform_and_their_layers_independent():
    square = {**MLP, "network": {"kind": "mlp", "hidden": [81, 81]}}
    first, second, _ = models.kernels(built(square))
    limit = np.sqrt(6 / (81 + 81))
    for kernel in (first, second):
        assert limit * 0.99 < np.abs(kernel).max() <= limit
        assert kernel.var() == pytest.approx(limit**2 / 3, rel=0.05)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.05


def chain(*layers, shape=(8, 8, 1)):
    return keras.Sequential([keras.Input(shape), *layers])


def used_twice_in_a_graph():
    shared, inputs = keras.layers.Dense(4, name="shared"), keras.Input((4,))
    return keras.Model(inputs, shared(shared(inputs)), name="twice")


def with_a_skip():
    inputs = keras.Input((4,))
    first = keras.layers.Dense(4, name="first")(inputs)
    beside = keras.layers.Dense(4, name="beside")(inputs)
    return keras.Model(inputs, keras.layers.Add()([first, beside]))


def used_twice_in_a_chain():
    shared = keras.layers.Dense(4, name="shared")
    return chain(shared, shared, shape=(4,))


class Squared(keras.layers.Dense):
    """Another function under a known name."""

    def call(self, inputs, training=None):
        return super().call(inputs) ** 2


def relu(values):
    return values


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (
            used_twice_in_a_graph,
            "model twice: its output is not its last layer's; expected a chain",
        ),
        (used_twice_in_a_chain, "layer shared: is used more than once; expected a chain"),
        (with_a_skip, "layer beside: takes more than the layer before it"),
        (
            lambda: chain(keras.layers.Conv2D(2, 3, dilation_rate=2, name="wide")),
            r"layer wide: found dilation_rate \(2, 2\), expected \(1, 1\)",
        ),
        (
            lambda: chain(keras.layers.Conv2D(2, 3, groups=2, name="c"), shape=(8, 8, 2)),
            "layer c: found groups 2, expected 1",
        ),
        (
            lambda: chain(keras.layers.Flatten(data_format="channels_first", name="f")),
            "layer f: found data_format 'channels_first', expected 'channels_last'",
        ),
        (lambda: chain(Squared(3, name="s")), "layer s: found a Squared, expected a dense"),
        (lambda: chain(keras.layers.SeparableConv2D(3, 2)), "found a SeparableConv2D, expected"),
        (
            lambda: chain(keras.layers.Dense(3, activation=relu, name="d"), shape=(4,)),
            "layer d: found activation relu, expected one of Keras's own linear, relu,",
        ),
        (
            lambda: chain(keras.layers.Dense(3, activation="leaky_relu"), shape=(4,)),
            "found activation leaky_relu, expected one of",
        ),
        (
            lambda: chain(keras.layers.Dense(3, activation=keras.layers.ReLU(0.1)), shape=(4,)),
            "found activation ReLU, expected one of",
        ),
    ],
)
def test_what_the_file_can_not_say_of_a_keras_model_is_refused(made, message):
    with pytest.raises(StudyError, match=message):
        models.to_network(made())


def test_a_chain_that_is_no_sequential_model_is_said():
    inputs = keras.Input((8, 8, 1))
    values = keras.layers.Conv2D(2, 3, strides=2, use_bias=False, activation="gelu")(inputs)
    values = keras.layers.AveragePooling2D(3, 1, padding="same")(values)
    values = keras.layers.Dropout(0.5)(values)
    outputs = keras.layers.Dense(3)(keras.layers.Flatten()(values))
    network = models.to_network(keras.Model(inputs, outputs))
    convolution, pool, _, dense = network.layers
    assert (convolution.strides, convolution.padding) == ((2, 2), "valid")
    assert (convolution.activation, dense.activation) == ("gelu", "linear")
    np.testing.assert_array_equal(convolution.bias, [0, 0])
    assert (pool.kind, pool.pool_size) == ("average_pool2d", (3, 3))
    assert (pool.strides, pool.padding) == ((1, 1), "same")
