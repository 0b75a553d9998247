"""Layers that belong together: what other frameworks write as two steps and we hold as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nn_modularity.networks import layers
from nn_modularity.networks.layers import Layer
from nn_modularity.networks.network import without_dead_ends


def merged(graph: Sequence[Layer], output: int) -> tuple[tuple[Layer, ...], list[str]]:
    """Join what belongs together, and leave out what leads nowhere.

    Biases join their kernels, known numbers the input's normalisation or the norm before them, a
    dense layer after an attention becomes its output matrix, one after one-hot vectors their
    table. The function stays the same.

    Parameters
    ----------
    graph : sequence of Layer
        Each after those whose outputs it takes.
    output : int
        Number of the layer that makes the network's output.

    Returns
    -------
    graph : tuple of Layer
        The output is last.
    notes : list of str
        What was joined.
    """
    graph, notes = list(without_dead_ends(graph, output)), []
    while (found := _first_pair(graph)) is not None:
        first, second, joint, note = found
        graph[first] = joint
        graph = [
            replace(layer, inputs=tuple(first if i == second else i for i in layer.inputs))
            for layer in graph
        ]
        is_last = second == len(graph) - 1
        graph = list(without_dead_ends(graph, first if is_last else len(graph) - 1))
        notes.append(note)
    return tuple(graph), notes


def _first_pair(graph: Sequence[Layer]) -> tuple[int, int, Layer, str] | None:
    users: list[list[int]] = [[] for _ in graph]
    for number, layer in enumerate(graph):
        for source in layer.inputs:
            users[source].append(number)
    for first, found in enumerate(users):
        if len(found) != 1 or len(graph[found[0]].inputs) != 1:
            continue
        joint = _joint(graph[first], graph[found[0]])
        if joint is not None:
            name = f' "{graph[found[0]].name}"' if graph[found[0]].name else ""
            note = f"joined {graph[found[0]].kind}{name} to the {graph[first].kind} before it"
            return first, found[0], joint, note
    return None


def _joint(one: Layer, other: Layer) -> Layer | None:
    """One layer that does what two do one after the other."""
    if isinstance(other, layers.Activation) and other.function == "linear":
        return one
    if isinstance(one, layers.Attention) and isinstance(other, layers.Dense):
        return _with_output_matrix(one, other)
    if isinstance(one, layers.Embedding) and isinstance(other, layers.Dense):
        is_one_hot = np.array_equal(one.kernel, np.eye(len(one.kernel)))
        return replace(one, kernel=other.kernel) if is_one_hot and other.bias is None else None
    if not isinstance(other, layers.Affine):
        return None
    if isinstance(one, layers.Affine) and one.offset is None and other.scale is None:
        return replace(one, offset=other.offset)
    if isinstance(one, (layers.Dense, layers.Convolution, layers.TransposedConvolution)):
        width = one.kernel.shape[-1]
        is_bias = other.scale is None and other.offset.ndim <= 1 and other.offset.size == width
        return replace(one, bias=other.offset.ravel()) if is_bias and one.bias is None else None
    if isinstance(one, layers.Attention):
        is_bias = other.scale is None and other.offset.shape == one.output.shape[1:]
        return (
            replace(one, output_bias=other.offset) if is_bias and one.output_bias is None else None
        )
    if isinstance(one, layers.Input):
        return _normalised(one, other)
    if isinstance(one, (layers.LayerNorm, layers.RMSNorm)):
        return _with_scale_and_offset(one, other)
    return None


def _with_output_matrix(attention: layers.Attention, dense: layers.Dense) -> Layer | None:
    is_free = attention.output_bias is None and attention.output.shape == dense.kernel.shape[:1] * 2
    if not is_free or not np.array_equal(attention.output, np.eye(len(dense.kernel))):
        return None
    return replace(attention, output=dense.kernel, output_bias=dense.bias)


def _normalised(one: layers.Input, other: layers.Affine) -> Layer | None:
    """The input's scale, mean and std, in the order in which they act."""
    scale, offset = other.scale, other.offset
    is_untouched = one.scale == 1 and one.mean is None and one.std is None
    if is_untouched and scale is not None and scale.size == 1:
        mean = None if offset is None else -offset
        return replace(one, scale=float(scale.ravel()[0]), mean=mean)
    if scale is None and one.mean is None and one.std is None:
        return replace(one, mean=-offset)
    if offset is None and one.std is None and np.all(scale):
        return replace(one, std=1 / scale)
    return None


def _with_scale_and_offset(one, other: layers.Affine) -> Layer | None:
    is_layer_norm = isinstance(one, layers.LayerNorm)
    if (is_layer_norm and one.offset is not None) or (
        other.offset is not None and not is_layer_norm
    ):
        return None
    parts = [part for part in (other.scale, other.offset) if part is not None]
    if any(part.ndim != 1 for part in parts) or (one.scale is not None and other.scale is not None):
        return None
    scale = one.scale if other.scale is None else other.scale
    return replace(one, scale=scale, **({"offset": other.offset} if is_layer_norm else {}))
