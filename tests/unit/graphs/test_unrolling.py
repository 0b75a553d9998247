"""Unrolled convolutions and pools, against SciPy's correlation and plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

from nn_modularity.errors import StudyError
from nn_modularity.graphs import layered, unrolling
from nn_modularity.networks import weights


def padded(image, size, stride, padding):
    """TensorFlow's padding, and the number of windows along each axis."""
    widths, counts = [], []
    for length, window, step in zip(image.shape, size, stride, strict=False):
        count = -(-length // step) if padding == "same" else (length - window) // step + 1
        missing = max((count - 1) * step + window - length, 0) if padding == "same" else 0
        widths.append((missing // 2, missing - missing // 2))
        counts.append(count)
    return np.pad(image, [*widths, (0, 0)], constant_values=np.nan), counts


@given(
    shape=st.tuples(st.integers(3, 7), st.integers(3, 7), st.integers(1, 3)),
    size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.sampled_from(["same", "valid"]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(deadline=None, max_examples=60)
def test_an_unrolled_convolution_is_the_convolution(shape, size, strides, padding, seed):
    generator = np.random.default_rng(seed)
    image = generator.normal(size=shape)
    kernel = generator.normal(size=(*size, shape[2], 2)) * generator.integers(0, 2, (*size, 1, 2))
    matrix, after = unrolling.convolution(kernel, shape, strides, padding)
    whole, (n_rows, n_columns) = padded(image, size, strides, padding)
    whole = np.nan_to_num(whole)
    expected = np.stack(
        [correlate(whole, kernel[..., c], mode="valid")[:, :, 0] for c in range(2)], axis=-1
    )[:: strides[0], :: strides[1]]
    assert after == (n_rows, n_columns, 2)
    assert np.allclose(image.ravel() @ matrix, expected[:n_rows, :n_columns].ravel(), atol=1e-5)


@given(
    shape=st.tuples(st.integers(3, 7), st.integers(3, 7), st.integers(1, 3)),
    size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.sampled_from(["same", "valid"]),
)
@settings(deadline=None, max_examples=60)
def test_a_pool_shares_out_its_windows_equally(shape, size, strides, padding):
    image = np.random.default_rng(0).normal(size=shape)
    shares, after = unrolling.pool(shape, size, strides, padding)
    whole, (n_rows, n_columns) = padded(image, size, strides, padding)
    expected = [
        np.nanmean(
            whole[r * strides[0] : r * strides[0] + size[0], c * strides[1] :][:, : size[1]],
            axis=(0, 1),
        )
        for r in range(n_rows)
        for c in range(n_columns)
    ]
    assert after == (n_rows, n_columns, shape[2])
    assert np.allclose(image.ravel() @ shares, np.ravel(expected))


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
    assert np.allclose(graph.blocks[1][unit], dense[pooled] / 4)
    assert graph.blocks[1].sum() == pytest.approx(dense.sum())
    kernel = abs(network.layers[0].kernel[:, :, 0])
    corner = graph.blocks[0].toarray()[0].reshape(6, 6, 2)
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
