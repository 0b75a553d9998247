"""Convolutions, pools and wide layers as operators, against SciPy's correlation and plain loops."""

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

from nn_modularity.errors import StudyError
from nn_modularity.graphs import layered, operators
from nn_modularity.graphs.convolutions import Convolution, Pool, Windows
from nn_modularity.graphs.operators import Matrix, Product, listed
from nn_modularity.networks import weights


@st.composite
def windows(draw, n_axes=(1, 2), with_dilation=True):
    """Windows of which at least one fits the image along each axis."""
    axes = []
    for _ in range(draw(st.sampled_from(n_axes))):
        size, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2 if with_dilation else 1))
        padding = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
        reach = dilation * (size - 1) + 1
        length = draw(st.integers(max(1, reach - sum(padding)), 7))
        axes.append((length, size, draw(st.integers(1, 3)), padding, dilation))
    return Windows(*zip(*axes, strict=True))


def edges_by_loops(kernel, windows, groups):
    """(units before, units after) absolute weights of a convolution, edge by edge."""
    *_, n_in, n_out = kernel.shape
    before, after = (*windows.before, n_in * groups), (*windows.after, n_out)
    found = np.zeros((prod(before), prod(after)))
    for there in product(*map(range, windows.after)):
        for offset in product(*map(range, windows.size)):
            how = zip(
                there, offset, windows.strides, windows.dilation, windows.padding, strict=True
            )
            here = [n * stride + place * step - pad for n, place, stride, step, (pad, _) in how]
            if any(not 0 <= one < length for one, length in zip(here, windows.before, strict=True)):
                continue
            for channel in range(n_out):
                group = channel // (n_out // groups)
                for own in range(n_in):
                    unit = np.ravel_multi_index((*here, group * n_in + own), before)
                    made = np.ravel_multi_index((*there, channel), after)
                    found[unit, made] += abs(kernel[(*offset, own, channel)])
    return found


def assert_multiplies_as(operator, matrix, seed):
    generator = np.random.default_rng(seed)
    for n_columns in ((), (0,), (1,), (3,)):
        behind = generator.normal(size=(matrix.shape[1], *n_columns))
        before = generator.normal(size=(matrix.shape[0], *n_columns))
        np.testing.assert_allclose(operator @ behind, matrix @ behind, atol=1e-12)
        np.testing.assert_allclose(operator.T @ before, matrix.T @ before, atol=1e-12)
    np.testing.assert_allclose(listed(operator).toarray(), matrix, atol=1e-15)


@given(
    windows=windows(),
    groups=st.integers(1, 3),
    per_group=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    at_once=st.sampled_from([1, 50, 2**19]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=80)
def test_a_convolution_multiplies_as_its_edges_do(windows, groups, per_group, at_once, seed):
    generator = np.random.default_rng(seed)
    shape = (*windows.size, per_group[0], per_group[1] * groups)
    kernel = (generator.normal(size=shape) * generator.integers(0, 2, shape)).astype(np.float32)
    operator = Convolution(kernel, windows, groups)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operators, "AT_ONCE", at_once)
        assert_multiplies_as(operator, edges_by_loops(kernel, windows, groups), seed)


@given(windows=windows(with_dilation=False), n_channels=st.integers(1, 3))
@settings(max_examples=60)
def test_a_pool_shares_out_its_windows_equally(windows, n_channels):
    one = edges_by_loops(np.ones((*windows.size, 1, n_channels)), windows, n_channels)
    counts = one.sum(axis=0)
    shares = np.divide(one, counts, out=np.zeros_like(one), where=counts > 0)
    assert_multiplies_as(Pool(windows, n_channels), shares, 0)


@given(
    shape=st.tuples(st.integers(3, 7), st.integers(3, 7), st.integers(1, 3)),
    size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.sampled_from(["same", "valid"]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60)
def test_the_block_of_a_networks_convolution_is_the_convolution(
    shape, size, strides, padding, seed
):
    generator = np.random.default_rng(seed)
    image = generator.normal(size=shape)
    kernel = np.abs(generator.normal(size=(*size, shape[2], 2))).astype(np.float32)
    layer = weights.Layer("conv2d", kernel, padding=padding, strides=strides)
    (block,) = layered.from_network(weights.Network(shape, (layer,))).blocks
    whole, (n_rows, n_columns) = padded(image, size, strides, padding)
    expected = np.stack(
        [correlate(whole, kernel[..., c], mode="valid")[:, :, 0] for c in range(2)], axis=-1
    )[:: strides[0], :: strides[1]]
    assert block.shape == (image.size, n_rows * n_columns * 2)
    assert np.allclose(block.T @ image.ravel(), expected.ravel(), atol=1e-5)


def padded(image, size, stride, padding):
    """TensorFlow's padding, and the number of windows along each axis."""
    widths, counts = [], []
    for length, window, step in zip(image.shape, size, stride, strict=False):
        count = -(-length // step) if padding == "same" else (length - window) // step + 1
        missing = max((count - 1) * step + window - length, 0) if padding == "same" else 0
        widths.append((missing // 2, missing - missing // 2))
        counts.append(count)
    return np.pad(image, [*widths, (0, 0)]), counts


@given(
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    kind=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40)
def test_a_wide_layer_multiplies_as_its_weights_do(shape, kind, seed):
    signed = np.random.default_rng(seed).normal(size=shape).astype(kind)
    operator = Matrix(signed)
    assert operator.weights is signed
    assert_multiplies_as(operator, abs(signed.astype(float)), seed)


def test_a_product_multiplies_as_one_matrix():
    generator = np.random.default_rng(0)
    left, right = generator.random((5, 4)), generator.random((4, 6))
    assert_multiplies_as(Product(left, Matrix(right)), left @ right, 0)


def test_graphs_of_wide_layers_copy_no_weights_and_are_the_same(monkeypatch):
    kernels = [np.random.default_rng(0).normal(size=shape) for shape in ((30, 20), (20, 25))]
    expected = layered.from_kernels(kernels)
    monkeypatch.setattr(layered, "LARGEST_COPY", 550)
    graph = layered.from_kernels(kernels)
    assert graph.blocks[0].weights is kernels[0]
    assert isinstance(graph.blocks[1], np.ndarray)
    np.testing.assert_allclose(graph.degrees, expected.degrees, rtol=1e-13)
    np.testing.assert_array_equal(graph.adjacency().toarray(), expected.adjacency().toarray())


def cnn(seed=0):
    generator = np.random.default_rng(seed)
    return weights.Network(
        (6, 6),
        (
            weights.Layer(
                "conv2d", generator.normal(size=(3, 3, 1, 2)), padding="same", strides=(1, 1)
            ),
            weights.Layer("max_pool2d", padding="valid", strides=(2, 2), pool_size=(2, 2)),
            weights.Layer("flatten"),
            weights.Layer("dense", generator.normal(size=(18, 4))),
        ),
    )


def test_the_graph_of_a_cnn_joins_images_convolutions_and_dense_neurons():
    network = cnn()
    graph = layered.from_network(network)
    assert graph.widths == (36, 72, 4)
    dense = abs(network.layers[3].kernel)
    # Unit (2, 3) of channel 1 lies in the pooled unit (1, 1), with three others.
    unit = (2 * 6 + 3) * 2 + 1
    pooled = (1 * 3 + 1) * 2 + 1
    pooled_block = listed(graph.blocks[1])
    assert np.allclose(pooled_block[[unit]].toarray(), dense[pooled] / 4)
    assert pooled_block.sum() == pytest.approx(dense.sum())
    kernel = abs(network.layers[0].kernel[:, :, 0])
    corner = listed(graph.blocks[0])[[0]].toarray().reshape(6, 6, 2)
    # The corner pixel is seen by four units, through the middle of the kernel and what is
    # above and left of it.
    assert np.allclose(corner[:2, :2], kernel[1::-1, 1::-1])
    assert not corner[2:].any()
    assert not corner[:, 2:].any()


def test_layers_of_a_cnn_that_do_not_fit_together_are_named():
    layers = list(cnn().layers)
    layers[3] = weights.Layer("dense", np.ones((20, 4)))
    with pytest.raises(StudyError, match=r"layer 03 \(dense\): takes 20 values, but .* has 18"):
        weights.Network((6, 6), tuple(layers))
    with pytest.raises(StudyError, match=r"layer 00 \(conv2d\): takes 1 channels, but .* 3\)"):
        weights.Network((6, 6, 3), cnn().layers)
