"""Graphs of any network, against brute force: what a unit's value changes in the next ones.

In a network of absolute weights without activations every value is a linear function of the units
before it. The derivative of one unit by another, all other units held fixed, is their edge.
"""

import dataclasses
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import sparse
from scipy.signal import correlate
from scipy.sparse import csgraph

from nn_modularity.errors import StudyError
from nn_modularity.graphs import layered, units
from nn_modularity.graphs.operators import listed
from nn_modularity.graphs.unit_graph import UnitGraph
from nn_modularity.networks import chains, layers, weights
from nn_modularity.networks.network import Network, chain
from random_networks import networks

# --- Brute force -----------------------------------------------------------------------------


def convolved(x, layer):
    *size, n_in, n_out = layer.kernel.shape
    wide = [d * (n - 1) + 1 for d, n in zip(layer.dilation, size, strict=True)]
    kernel = np.zeros((*wide, n_in, n_out))
    kernel[tuple(slice(None, None, d) for d in layer.dilation)] = np.abs(layer.kernel)
    x = np.pad(x, (*layer.padding, (0, 0)))
    kept = tuple(slice(None, None, stride) for stride in layer.strides)
    found = []
    for channel in range(n_out):
        first = channel // (n_out // layer.groups) * n_in
        part = correlate(x[..., first : first + n_in], kernel[..., channel], "valid", "direct")
        found.append(part[..., 0][kept])
    return np.stack(found, axis=-1)


def pooled(x, layer):
    counts = isinstance(layer, layers.AveragePool) and layer.counts_padding
    x = np.pad(x, (*layer.padding, (0, 0)), constant_values=0 if counts else np.nan)
    axes = tuple(range(len(layer.size)))
    views = np.lib.stride_tricks.sliding_window_view(x, layer.size, axis=axes)
    views = views[tuple(slice(None, None, stride) for stride in layer.strides)]
    return np.nanmean(views, axis=tuple(range(-len(layer.size), 0)))


def forward(layer, *x):
    """Absolute weights, no activation, sums for products, means for maxima."""
    match layer:
        case layers.Dense():
            return x[0] @ np.abs(layer.kernel)
        case layers.Convolution():
            return convolved(x[0], layer)
        case layers.BatchNorm():
            return x[0] * np.abs(layer.scale) / np.sqrt(layer.variance + layer.epsilon)
        case layers.LayerNorm():
            return x[0] * np.abs(layer.scale)
        case layers.Activation():
            return x[0]
        case layers.Add() | layers.Multiply():
            return sum(np.broadcast_to(each, np.broadcast_shapes(*map(np.shape, x))) for each in x)
        case layers.Concatenate():
            return np.concatenate(x, axis=layer.axis)
        case layers.MaxPool() | layers.AveragePool():
            return pooled(x[0], layer)
        case layers.GlobalAveragePool() | layers.GlobalMaxPool():
            return x[0].mean(axis=tuple(range(x[0].ndim - 1)))
        case layers.Flatten():
            x = x[0] if layer.order == "channels_last" else np.moveaxis(x[0], -1, 0)
            return x.ravel()
        case layers.Reshape():
            return x[0].reshape(layer.shape)
        case layers.Transpose():
            return x[0].transpose(layer.order)
        case layers.Slice():
            return x[0][tuple(map(slice, layer.start, layer.stop, layer.step))]
        case layers.Pad():
            return np.pad(x[0], layer.padding)
    raise NotImplementedError(layer.kind)


def unit_tensors(network):
    """Where units take their values: behind the norms that directly follow their layer."""
    found = {}
    for number in (0, *network.unit_layers):
        last = number
        while number and len(users := network.consumers[last]) == 1:
            if not isinstance(network.layers[users[0]], (layers.BatchNorm, layers.LayerNorm)):
                break
            (last,) = users
        found[last] = number
    return found


def effects(network, held):
    """Values of all unit tensors where those before are held at given values."""
    values, made, tensors = [], {}, unit_tensors(network)
    for number, layer in enumerate(network.layers):
        value = (
            np.zeros(network.input_shape)
            if number == 0
            else forward(layer, *(values[source] for source in layer.inputs))
        )
        if number in tensors:
            made[number] = value
            value = held.get(number, np.zeros(network.shapes[number]))
        values.append(value)
    return made


def brute_force(network, by_channel):
    """(units, units) derivatives between all units, in the order of the layers."""
    tensors = list(unit_tensors(network))
    shapes = [network.shapes[number] for number in tensors]
    widths = [shape[-1] if by_channel else int(np.prod(shape)) for shape in shapes]
    starts = np.cumsum([0, *widths])
    found = np.zeros((starts[-1], starts[-1]))
    for place, number in enumerate(tensors):
        for unit in range(widths[place]):
            held = np.zeros(shapes[place])
            if by_channel:
                held[..., unit] = 1
            else:
                held.flat[unit] = 1
            made = effects(network, {number: held})
            for later, (start, stop) in zip(
                tensors[place + 1 :], pairwise(starts[place + 1 :]), strict=True
            ):
                value = made[later]
                axes = tuple(range(value.ndim - 1))
                change = value.max(axis=axes) if by_channel else value.ravel()
                found[starts[place] + unit, start:stop] = change
    return found + found.T


@given(networks(by_channel=False))
@settings(max_examples=80)
def test_edges_between_neurons_are_their_sensitivities(network):
    graph = units.from_network(network, "neurons")
    np.testing.assert_allclose(
        graph.adjacency().toarray(), brute_force(network, False), rtol=1e-6, atol=1e-9
    )


@given(networks(by_channel=False))
@settings(max_examples=80)
def test_layers_that_are_applied_make_the_graph_that_listed_ones_make(network):
    graph = units.from_network(network, "neurons")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "MOST_LISTED", -1)
        applied = units.from_network(network, "neurons")
    assert not applied.is_sparse
    expected = graph.adjacency().toarray()
    np.testing.assert_allclose(applied.adjacency().toarray(), expected, rtol=1e-12)
    values = np.random.default_rng(0).normal(size=(graph.n_neurons, 3))
    for one in (graph, applied):
        np.testing.assert_allclose(one.sums(values), expected @ values, atol=1e-9)
        np.testing.assert_array_equal(one.components, components_of(expected))
    np.testing.assert_allclose(applied.degrees, graph.degrees, rtol=1e-12)
    if graph.is_bipartite:
        at_even, at_odd = (
            applied.sums_at_even(values[graph.odd]),
            applied.sums_at_odd(values[graph.even]),
        )
        across = expected[np.ix_(graph.even, graph.odd)]
        np.testing.assert_allclose(at_even, across @ values[graph.odd], atol=1e-9)
        np.testing.assert_allclose(at_odd, across.T @ values[graph.even], atol=1e-9)


def components_of(matrix):
    return csgraph.connected_components(sparse.csr_array(matrix), directed=False)[1]


@given(networks(by_channel=True))
@settings(max_examples=80)
def test_edges_between_channels_are_their_sensitivities(network):
    graph = units.from_network(network, "channels")
    np.testing.assert_allclose(
        graph.adjacency().toarray(), brute_force(network, True), rtol=1e-6, atol=1e-9
    )


# --- Known cases -----------------------------------------------------------------------------


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def dense_chain(*widths, attributes=None):
    kernels = [normal(*pair, seed=seed) for seed, pair in enumerate(pairwise(widths))]
    made = []
    for kernel in kernels:
        made += [layers.Dense(kernel, normal(kernel.shape[1])), layers.Activation("relu")]
    return chain(layers.Input((widths[0],)), made, attributes)


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_a_chain_of_the_first_version_has_its_layered_graph(padding):
    made = weights.Network(
        (9, 8),
        (
            weights.Layer("conv2d", normal(3, 2, 1, 4), normal(4), "relu", padding, (1, 2)),
            weights.Layer("max_pool2d", padding=padding, strides=(2, 2), pool_size=(2, 2)),
            weights.Layer("conv2d", normal(2, 2, 4, 3), normal(3), "relu", padding, (1, 1)),
        ),
    )
    expected = layered.from_network(made)
    graph = units.from_network(chains.to_graph(made), "neurons")
    assert graph.is_chain
    found = graph.as_layered()
    assert found.widths == expected.widths
    for one, other in zip(found.blocks, expected.blocks, strict=True):
        np.testing.assert_allclose(listed(one).toarray(), listed(other).toarray(), rtol=1e-6)


def test_dense_chains_are_the_same_by_neuron_and_by_channel():
    network = dense_chain(6, 5, 4, 3)
    by_neuron, by_channel = (units.from_network(network, each) for each in units.UNITS)
    for pair in pairwise(range(4)):
        kernel = network.layers[network.unit_layers[pair[0]]].kernel
        np.testing.assert_array_equal(by_neuron.blocks[pair], np.abs(kernel))
        np.testing.assert_array_equal(by_channel.blocks[pair], np.abs(kernel))


@pytest.mark.parametrize("norm", units.NORMS)
def test_the_size_of_a_kernels_slice_is_numpys_norm(norm):
    first, second, third = normal(3, 3, 1, 2), normal(3, 2, 2, 4), normal(4 * 4 * 5, 3)
    network = chain(
        layers.Input((8, 8, 1)),
        [
            layers.Convolution(first),
            layers.Activation("relu"),
            layers.Convolution(second),
            layers.Flatten(),
            layers.Dense(third),
        ],
    )
    order = {"l1": None, "frobenius": "fro", "induced_l1": 1, "spectral": 2}[norm]
    graph = units.from_network(network, "channels", norm)

    def size(matrix):
        return np.abs(matrix).sum() if order is None else np.linalg.norm(matrix, order)

    for i, o in product(range(2), range(4)):
        assert graph.blocks[1, 2][i, o] == pytest.approx(size(second[:, :, i, o]), rel=1e-6)
    by_place = third.reshape(20, 4, 3)
    for c, o in product(range(4), range(3)):
        assert graph.blocks[2, 3][c, o] == pytest.approx(size(by_place[:, [c], o]), rel=1e-6)


def test_groups_and_padding_make_no_edges():
    kernel = normal(3, 3, 1, 4)
    network = chain(
        layers.Input((5, 5, 4)),
        [layers.Convolution(kernel, padding=((1, 1), (1, 1)), groups=4)],
    )
    graph = units.from_network(network, "channels")
    assert np.count_nonzero(graph.blocks[0, 1].toarray()) == 4
    graph = units.from_network(network, "neurons")
    inside = 9 * 3 * 3 + 6 * 4 * 3 + 4 * 4  # whole windows, those at edges, those in corners
    assert graph.blocks[0, 1].nnz == inside * 4


def test_a_transposed_convolution_has_the_transposed_edges():
    kernel = normal(3, 2, 4, 2)
    wide = layers.TransposedConvolution(kernel, None, (2, 1), ((1, 0), (0, 1)))
    network = chain(layers.Input((4, 3, 4)), [wide])
    graph = units.from_network(network, "neurons")
    narrow = layers.Convolution(np.swapaxes(kernel, -1, -2), None, wide.strides, wide.padding)
    back = chain(layers.Input(network.output_shape), [narrow])
    assert back.output_shape == (4, 3, 4)
    expected = units.from_network(back, "neurons").blocks[0, 1].toarray().T
    np.testing.assert_array_equal(graph.blocks[0, 1].toarray(), expected)
    by_channel = units.from_network(network, "channels").blocks[0, 1]
    np.testing.assert_allclose(by_channel, np.abs(kernel).sum(axis=(0, 1)), rtol=1e-6)


def test_a_norm_scales_the_side_on_which_it_acts():
    one, two = normal(5, 4), normal(4, 3, seed=1)
    norm = layers.BatchNorm(normal(4), np.abs(normal(4)), normal(4, seed=2), normal(4), 1e-3)
    scale = np.abs(norm.scale) / np.sqrt(norm.variance + 1e-3)
    relu = layers.Activation("relu")
    before = chain(layers.Input((5,)), [layers.Dense(one), norm, relu, layers.Dense(two)])
    graph = units.from_network(before)
    np.testing.assert_allclose(graph.blocks[0, 1], np.abs(one) * scale, rtol=1e-6)
    np.testing.assert_allclose(graph.blocks[1, 2], np.abs(two), rtol=1e-6)
    behind = chain(layers.Input((5,)), [layers.Dense(one), relu, norm, layers.Dense(two)])
    graph = units.from_network(behind)
    np.testing.assert_allclose(graph.blocks[0, 1], np.abs(one), rtol=1e-6)
    np.testing.assert_allclose(graph.blocks[1, 2], scale[:, None] * np.abs(two), rtol=1e-6)


@pytest.mark.parametrize(
    "padded",
    [
        layers.AveragePool((2, 2), (1, 1), ((0, 0), (1, 0)), counts_padding=True),
        layers.Pad(((1, 0), (0, 0), (0, 0))),
    ],
)
def test_no_unit_reaches_padding(padded):
    generator = np.random.default_rng(0)
    kernels = (generator.normal(size=(1, 2)), generator.normal(size=(2, 2)))
    kernels = [kernel.astype(np.float32) for kernel in kernels]
    network = Network(
        (
            layers.Input((3, 3, 1)),
            layers.GlobalAveragePool(inputs=(0,)),
            layers.Dense(kernels[0], inputs=(1,)),
            layers.Multiply(inputs=(0, 2)),
            dataclasses.replace(padded, inputs=(3,)),
            layers.GlobalAveragePool(inputs=(4,)),
            layers.Dense(kernels[1], inputs=(5,)),
        )
    )
    np.testing.assert_allclose(
        units.from_network(network, "neurons").adjacency().toarray(), brute_force(network, False)
    )


def test_a_unit_that_gates_itself_counts_once():
    kernel = normal(4, 3)
    network = Network(
        (
            layers.Input((4,)),
            layers.Activation("sigmoid", inputs=(0,)),
            layers.Multiply(inputs=(0, 1)),
            layers.Dense(kernel, inputs=(2,)),
        )
    )
    np.testing.assert_array_equal(units.from_network(network).blocks[0, 1], np.abs(kernel))


def test_channels_of_an_image_with_its_channels_first_are_its_units():
    network = chain(
        layers.Input((3, 6, 5)),
        [layers.Transpose((1, 2, 0)), layers.Convolution(normal(2, 2, 3, 4))],
    )
    assert units.from_network(network, "channels").widths == (3, 4)
    assert units.from_network(network, "neurons").widths == (90, 80)


def attention(**sizes):
    return layers.Attention(
        normal(6, 4), normal(6, 4, seed=1), normal(6, 8, seed=2), normal(8, 5, seed=3), n_heads=2
    )


def test_an_attentions_units_are_queries_keys_values_and_what_is_made_of_them():
    layer = attention()
    network = chain(layers.Input((7, 6)), [layer])
    graph = units.from_network(network, "channels")
    assert graph.widths == (6, 16, 5)
    matrices = np.concatenate([layer.query, layer.key, layer.value], axis=1)
    np.testing.assert_allclose(graph.blocks[0, 1], np.abs(matrices), rtol=1e-6)
    out = np.abs(layer.output)
    np.testing.assert_allclose(graph.blocks[1, 2][8:], out, rtol=1e-6)
    # Queries and keys of a head reach what its values reach, in equal shares.
    for head, unit in product(range(2), range(2)):
        shares = out[4 * head : 4 * head + 4].mean(axis=0)
        for first in (0, 4):
            np.testing.assert_allclose(
                graph.blocks[1, 2][first + 2 * head + unit], shares, rtol=1e-6
            )
    with pytest.raises(StudyError, match="an attention has no neurons; say `units: channels`"):
        units.from_network(network, "neurons")


def test_tokens_are_the_units_of_an_input_that_is_looked_up():
    table = normal(9, 4)
    network = chain(layers.Input((7,)), [layers.Embedding(table), layers.Dense(normal(4, 3))])
    graph = units.from_network(network, "channels")
    assert graph.widths == (9, 4, 3)
    np.testing.assert_array_equal(graph.blocks[0, 1], np.abs(table))
    with pytest.raises(StudyError, match="tokens have no neurons"):
        units.from_network(network, "neurons")


def test_skips_make_odd_cycles_and_chains_are_fast():
    plain = dense_chain(4, 4, 4)
    graph = units.from_network(plain)
    assert graph.is_chain
    np.testing.assert_array_equal(graph.sides, [0, 1, 0])
    skip = Network(
        (*plain.layers[:3], layers.Add(inputs=(0, 2)), layers.Dense(normal(4, 3), inputs=(3,)))
    )
    graph = units.from_network(skip)
    assert set(graph.blocks) == {(0, 1), (0, 2), (1, 2)}
    assert graph.sides is None
    assert not graph.is_chain


def test_a_graph_that_is_too_large_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setattr(units, "MOST_EDGES", 100)
    network = chain(layers.Input((9, 9, 1)), [layers.Convolution(normal(3, 3, 1, 2))])
    with pytest.raises(StudyError, match=r"found 882 edges between neurons, .* `units: channels`"):
        units.from_network(network, "neurons")
    units.from_network(network, "channels")


def test_blocks_fit_their_layers():
    with pytest.raises(StudyError, match=r"found a block \(2, 3\) between layers 0 and 1"):
        UnitGraph((3, 2), {(0, 1): np.ones((2, 3))})


def test_a_unit_graphs_degrees_are_networkxs():
    graph = units.from_network(dense_chain(4, 3, 2))
    as_networkx = graph.to_networkx()
    expected = [degree for _, degree in as_networkx.degree(weight="weight")]
    np.testing.assert_allclose(graph.degrees, expected)
    assert not graph.isolated.any()
    assert [len(part) for part in graph.by_layer(graph.layer_of)] == [4, 3, 2]
