"""Forward passes on ONNX Runtime, against formulas in NumPy and SciPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from scipy.signal import correlate

from nn_modularity.activations.runtime import CHUNK, Runtime
from nn_modularity.errors import StudyError
from nn_modularity.networks import layers, network, weights
from nn_modularity.networks.chains import to_graph

GENERATOR = np.random.default_rng(0)


def normal(*shape):
    return GENERATOR.normal(size=shape).astype(np.float32)


def run(*chain, images):
    network_ = network.chain(layers.Input(images.shape[1:]), chain)
    (values,) = Runtime(network_)(images)
    assert values.shape[1:] == network_.output_shape
    return values


def convolved(images, layer):
    """A convolution by SciPy's correlation, a group and an output channel at a time."""
    *size, n_in, n_out = layer.kernel.shape
    spread = np.zeros(
        [d * (n - 1) + 1 for d, n in zip(layer.dilation, size, strict=True)] + [n_in, n_out]
    )
    spread[tuple(slice(None, None, d) for d in layer.dilation)] = layer.kernel
    padded = np.pad(images, [(0, 0), *layer.padding, (0, 0)])
    kept = tuple(slice(None, None, stride) for stride in layer.strides)
    per_group = n_out // layer.groups
    channels = []
    for channel in range(n_out):
        first = channel // per_group * n_in
        part = padded[..., first : first + n_in]
        channels.append(
            [correlate(one, spread[..., channel], "valid")[..., 0][kept] for one in part]
        )
    values = np.moveaxis(np.array(channels), 0, -1)
    return values if layer.bias is None else values + layer.bias


@st.composite
def convolutions(draw):
    n_axes = draw(st.integers(1, 2))
    groups = draw(st.integers(1, 3))
    n_in, n_out = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    pick = lambda low, high: tuple(draw(st.integers(low, high)) for _ in range(n_axes))  # noqa: E731
    size = pick(1, 3)
    layer = layers.Convolution(
        normal(*size, n_in // groups, n_out),
        normal(n_out) if draw(st.booleans()) else None,
        strides=pick(1, 3),
        padding=tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(n_axes)),
        dilation=pick(1, 2),
        groups=groups,
    )
    return layer, normal(2, *pick(5, 8), n_in)


@given(convolutions())
@settings(max_examples=50)
def test_convolutions_are_scipys(case):
    layer, images = case
    np.testing.assert_allclose(run(layer, images=images), convolved(images, layer), atol=1e-5)


@pytest.mark.parametrize("shape", [(7,), (5, 6)])
def test_a_transposed_convolution_is_the_transpose_of_a_convolution(shape):
    n_axes = len(shape)
    kernel = normal(*(3,) * n_axes, 2, 4)
    how = {"strides": (2,) * n_axes, "padding": ((1, 0),) * n_axes}
    small, images = normal(1, *shape, 2), None
    wide = layers.TransposedConvolution(kernel, **how)
    made = run(wide, images=small)
    # <transpose(x), y> = <x, convolution(y)> for every y
    images = normal(*made.shape)
    narrow = layers.Convolution(np.swapaxes(kernel, -1, -2), **how)
    np.testing.assert_allclose(
        np.vdot(made, images), np.vdot(small, run(narrow, images=images)), rtol=1e-4
    )


FUNCTIONS = {
    "abs": np.abs,
    "clip": lambda x: np.clip(x, -0.5, 0.25),
    "elu": lambda x: np.where(x > 0, x, -0.5 * np.expm1(x)),
    "erf": special.erf,
    "exp": np.exp,
    "gelu": lambda x: x * special.ndtr(x),
    "gelu_tanh": lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    "hard_sigmoid": lambda x: np.clip(-0.5 * x + 0.25, 0, 1),
    "hard_swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "leaky_relu": lambda x: np.where(x > 0, x, -0.5 * x),
    "linear": lambda x: x,
    "log": lambda x: np.log(x),
    "log_softmax": lambda x: special.log_softmax(x, axis=-1),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "reciprocal": lambda x: 1 / x,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "selu": lambda x: 1.0507009873 * np.where(x > 0, x, 1.6732632423 * np.expm1(x)),
    "sigmoid": special.expit,
    "silu": lambda x: x * special.expit(x),
    "softmax": lambda x: special.softmax(x, axis=-1),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "sqrt": np.sqrt,
    "square": np.square,
    "tanh": np.tanh,
}


@pytest.mark.parametrize("function", layers.ACTIVATIONS)
def test_activations_are_their_formulas(function):
    numbers = dict(zip(("alpha", "beta"), (-0.5, 0.25), strict=True))
    wanted = list(numbers)[: layers.ACTIVATIONS[function]]
    layer = layers.Activation(function, **{name: numbers[name] for name in wanted})
    images = 3 * normal(40, 7)
    if function in ("log", "sqrt"):
        images = np.abs(images)
    expected = FUNCTIONS[function](images.astype(np.float64))
    np.testing.assert_allclose(run(layer, images=images), expected, rtol=2e-5, atol=1e-6)


def test_prelu_has_a_slope_a_channel():
    images, slope = normal(3, 4, 5), normal(5)
    found = run(layers.PReLU(slope), images=images)
    np.testing.assert_allclose(found, np.where(images > 0, images, slope * images), rtol=1e-6)


def test_norms_are_their_formulas():
    images = normal(6, 3, 5)
    mean, scale, offset, variance = normal(5), normal(5), normal(5), np.abs(normal(5))
    found = run(layers.BatchNorm(mean, variance, scale, offset, 1e-3), images=images)
    expected = (images - mean) / np.sqrt(variance + 1e-3) * scale + offset
    np.testing.assert_allclose(found, expected, atol=1e-5)
    centred = images - images.mean(-1, keepdims=True)
    found = run(layers.LayerNorm(scale, offset, 1e-3), images=images)
    expected = centred / np.sqrt(images.var(-1, keepdims=True) + 1e-3) * scale + offset
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(
        run(layers.LayerNorm(epsilon=1e-3), images=images) * scale + offset, expected, atol=1e-5
    )
    found = run(layers.RMSNorm(scale, 1e-3), images=images)
    expected = images / np.sqrt((images**2).mean(-1, keepdims=True) + 1e-3) * scale
    np.testing.assert_allclose(found, expected, atol=1e-5)


def attended(queries, keys, values, layer):
    query = queries @ layer.query + layer.query_bias
    key, value = keys @ layer.key + layer.key_bias, values @ layer.value + layer.value_bias
    parts = (np.split(each, layer.n_heads, axis=-1) for each in (query, key, value))
    found = []
    for q, k, v in zip(*parts, strict=True):
        scores = layer.scale * q @ np.swapaxes(k, -1, -2)
        if layer.causal:
            scores[:, ~np.tri(scores.shape[-1], dtype=bool)] = -np.inf
        found.append(special.softmax(scores, axis=-1) @ v)
    return np.concatenate(found, axis=-1) @ layer.output + layer.output_bias


@pytest.mark.parametrize("causal", [False, True])
def test_attention_is_its_formula(causal):
    layer = layers.Attention(
        *(normal(6, 4), normal(6, 4), normal(6, 8), normal(8, 3)),
        *(normal(4), normal(4), normal(8), normal(3)),
        n_heads=2,
        scale=0.7,
        causal=causal,
    )
    images = normal(3, 5, 6)
    expected = attended(images, images, images, layer)
    np.testing.assert_allclose(run(layer, images=images), expected, atol=1e-5)


def test_attention_takes_queries_and_keys_from_different_layers():
    images = normal(3, 5, 6)
    layer = layers.Attention(
        *(normal(6, 4), normal(6, 4), normal(6, 8), normal(8, 3)),
        *(normal(4), normal(4), normal(8), normal(3)),
        n_heads=4,
        inputs=(1, 2, 0),
    )
    made = network.Network(
        (
            layers.Input((5, 6)),
            layers.Slice((1, 0), (3, 6), (1, 1), inputs=(0,)),
            layers.Affine(np.float32(2), inputs=(0,)),
            layer,
        )
    )
    (found,) = Runtime(made)(images)
    expected = attended(images[:, 1:3], 2 * images, images, layer)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_pools_are_means_and_maxima_of_windows():
    images = normal(2, 5, 7, 3)
    for kind, summary in ((layers.MaxPool, np.nanmax), (layers.AveragePool, np.nanmean)):
        pool = kind((3, 2), (2, 1), ((1, 0), (0, 1)))
        padded = np.pad(images, [(0, 0), *pool.padding, (0, 0)], constant_values=np.nan)
        views = np.lib.stride_tricks.sliding_window_view(padded, pool.size, axis=(1, 2))
        expected = summary(views[:, ::2, ::1], axis=(-2, -1))
        np.testing.assert_allclose(run(pool, images=images), expected, rtol=1e-5, atol=1e-6)
    counting = layers.AveragePool((3, 2), (2, 1), ((1, 0), (0, 1)), counts_padding=True)
    expected = np.nan_to_num(views[:, ::2, ::1]).mean(axis=(-2, -1))
    np.testing.assert_allclose(run(counting, images=images), expected, rtol=1e-5, atol=1e-6)
    found = run(layers.GlobalAveragePool(), images=images)
    np.testing.assert_allclose(found, images.mean(axis=(1, 2)), rtol=1e-4, atol=1e-6)
    found = run(layers.GlobalMaxPool(), images=images)
    np.testing.assert_array_equal(found, images.max(axis=(1, 2)))


def test_values_are_moved_as_numpy_moves_them():
    images = normal(2, 3, 4, 5)
    places = GENERATOR.integers(-1, 60, (6, 7))
    flat = np.concatenate([images.reshape(2, -1), np.zeros((2, 1))], axis=1)
    for layer, expected in (
        (layers.Flatten(), images.reshape(2, -1)),
        (layers.Flatten("channels_first"), images.transpose(0, 3, 1, 2).reshape(2, -1)),
        (layers.Reshape((6, 10)), images.reshape(2, 6, 10)),
        (layers.Transpose((2, 0, 1)), images.transpose(0, 3, 1, 2)),
        (layers.Pad(((0, 1), (2, 0), (0, 0))), np.pad(images, [(0, 0), (0, 1), (2, 0), (0, 0)])),
        (layers.Slice((0, 1, 0), (3, 4, 5), (2, 1, 2)), images[:, ::2, 1:, ::2]),
        (layers.Rearrange(places), flat[:, places]),
    ):
        np.testing.assert_array_equal(run(layer, images=images), expected)


def test_branches_meet_by_adding_gating_and_joining():
    made = network.Network(
        (
            layers.Input((4, 4, 3)),
            layers.GlobalAveragePool(inputs=(0,)),
            layers.Activation("sigmoid", inputs=(1,)),
            layers.Multiply(inputs=(0, 2)),
            layers.Add(inputs=(3, 0, 1)),
            layers.Concatenate(inputs=(0, 4), axis=-2),
        )
    )
    images = normal(5, 4, 4, 3)
    means = images.mean(axis=(1, 2), keepdims=True)
    expected = np.concatenate([images, images * special.expit(means) + images + means], axis=2)
    np.testing.assert_allclose(Runtime(made)(images)[0], expected, rtol=1e-5, atol=1e-6)


def test_the_input_is_scaled_and_normalised_as_it_says():
    images = GENERATOR.integers(0, 256, (3, 2, 4)).astype(np.uint8)
    mean, std = np.float32([[0.3], [0.5]]), np.float32([[2], [4]])
    made = network.chain(layers.Input((2, 4), 1 / 255, mean, std), [layers.Activation("linear")])
    np.testing.assert_allclose(Runtime(made)(images)[0], (images / 255 - mean) / std, atol=1e-6)


def test_tokens_are_rows_of_the_table():
    table, tokens = normal(9, 4), GENERATOR.integers(0, 9, (3, 6))
    np.testing.assert_array_equal(run(layers.Embedding(table), images=tokens), table[tokens])


def test_any_layer_can_be_looked_at_for_any_number_of_images():
    dense = layers.Dense(normal(5, 100))
    made = network.chain(layers.Input((5,)), [dense, layers.Activation("relu")])
    images = normal(2 * CHUNK + 3, 5)
    before, after = Runtime(made, [1, 2])(images)
    np.testing.assert_allclose(before, images @ dense.kernel, atol=1e-5)
    np.testing.assert_array_equal(after, np.maximum(before, 0))
    assert Runtime(made)(images[:0])[0].shape == (0, 100)


def test_images_of_another_shape_are_refused():
    made = network.chain(layers.Input((5,)), [layers.Activation("relu")])
    with pytest.raises(StudyError, match=r"found images of \(6,\), expected \(5,\)"):
        Runtime(made)(normal(2, 6))


@given(
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.sampled_from(["same", "valid"]),
    scale=st.sampled_from([1 / 255, -2.0, np.linspace(0.5, 2, 8)]),
    offset=st.sampled_from([0.0, 0.75, np.arange(9)[:, None]]),
    seed=st.integers(0, 99),
)
@settings(max_examples=20)
def test_a_chain_of_the_first_version_runs_as_a_graph(strides, padding, scale, offset, seed):
    generator = np.random.default_rng(seed)
    kernel = generator.normal(size=(3, 2, 1, 4)).astype(np.float32)
    bias = generator.normal(size=4).astype(np.float32)
    chain = weights.Network(
        (9, 8),
        (
            weights.Layer("conv2d", kernel, bias, "relu", padding, strides),
            weights.Layer("max_pool2d", padding=padding, strides=(1, 2), pool_size=(2, 2)),
            weights.Layer("flatten"),
        ),
        {"model": "mine"},
        scale,
        offset,
    )
    graph = to_graph(chain)
    assert graph.attributes == {"model": "mine"}
    images = generator.normal(size=(2, 9, 8)).astype(np.float32)
    conv, pool = graph.layers[2], graph.layers[4]
    values = np.maximum(convolved((images * scale + offset)[..., None], conv), 0)
    padded = np.pad(values, [(0, 0), *pool.padding, (0, 0)], constant_values=-np.inf)
    views = np.lib.stride_tricks.sliding_window_view(padded, (2, 2), axis=(1, 2))[:, :, ::2]
    expected = views.max(axis=(-2, -1)).reshape(2, -1)
    np.testing.assert_allclose(Runtime(graph)(images)[0], expected, atol=1e-5)
    if padding == "same":
        assert graph.shapes[2][:2] == (-(-9 // strides[0]), -(-8 // strides[1]))
