"""Which units of earlier layers reach each value of a network, and how strongly.

Between two layers of units values are only passed on: through activations, pools, norms, moves,
sums, gates. A `Reach` says for each value of a tensor which unit it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import product
from typing import Any

import numpy as np

from nn_modularity.networks import layers
from nn_modularity.networks.layers import Shape

NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Reach:
    """Values of a tensor that come from one layer of units.

    Attributes
    ----------
    source : int
        Number of the layer of units.
    units : int array of the tensor's shape
        The unit that each value comes from; `NOWHERE` for none.
    factors : float64 array of the tensor's shape
        What the unit's value is multiplied by on its way, without sign.
    """

    source: int
    units: np.ndarray
    factors: np.ndarray

    def moved(self, move) -> Reach:
        """The same after a move of the tensor's values."""
        return Reach(self.source, move(self.units), move(self.factors))

    @property
    def is_of_channels(self) -> bool:
        """Whether all places of a channel come from the same unit by the same factor."""
        return all(
            np.array_equal(np.broadcast_to(array[(0,) * (array.ndim - 1)], array.shape), array)
            for array in (self.units, self.factors)
        )


def passed_on(
    layer: layers.Layer,
    inputs: Sequence[Sequence[Reach]],
    shapes: Sequence[Shape],
    shape: Shape,
    by_channel: bool,
) -> list[Reach]:
    """What reaches a layer's outputs, of a layer without units of its own.

    Parameters
    ----------
    layer : layers.Layer
    inputs : sequence of (sequence of Reach)
        What reaches each of its inputs.
    shapes : sequence of tuple
        Of its inputs.
    shape : tuple
        Of its output.
    by_channel : bool
        Whether units are channels, of which pools and padding change places alone.
    """
    if not by_channel or not _changes_places(layer):
        return _passed_on(layer, inputs, shapes, shape)
    of_values = [reach for reach in inputs[0] if not reach.is_of_channels]
    return [
        *(_of_channels(reach, shape) for reach in inputs[0] if reach.is_of_channels),
        *_passed_on(layer, [of_values], shapes, shape),
    ]


def scale_of(layer: layers.Layer) -> np.ndarray | None:
    """What a norm or an affine layer multiplies values by, without sign; None for other layers.

    Notes
    -----
    |γ| / √(σ² + ε) for stored statistics. Layer and RMS norms divide by what differs from image
    to image, so that |γ| is left.
    """
    if isinstance(layer, layers.BatchNorm):
        scale = (layer.variance.astype(np.float64) + layer.epsilon) ** -0.5
        return scale if layer.scale is None else np.abs(layer.scale) * scale
    if isinstance(layer, (layers.LayerNorm, layers.RMSNorm, layers.Affine)):
        return np.ones(()) if layer.scale is None else np.abs(layer.scale, dtype=np.float64)
    return None


@singledispatch
def _passed_on(layer, inputs, shapes, shape) -> list[Reach]:
    scale = scale_of(layer)
    if scale is None:
        return list(inputs[0])
    return [
        Reach(reach.source, reach.units, reach.factors * np.broadcast_to(scale, shape))
        for reach in inputs[0]
    ]


@_passed_on.register
def _(layer: layers.Add, inputs, shapes, shape):
    return _merged(_spread(inputs, shape), np.add)


@_passed_on.register
def _(layer: layers.Multiply, inputs, shapes, shape):
    # A unit that gates itself is one unit with another activation.
    return _merged(_spread(inputs, shape), np.maximum)


@_passed_on.register
def _(layer: layers.Concatenate, inputs, shapes, shape):
    found, start = [], 0
    for reaches, part in zip(inputs, shapes, strict=True):
        stop = start + part[layer.axis]
        where: Any = (..., slice(start, stop), *[slice(None)] * (-layer.axis - 1))
        for reach in reaches:
            units = np.full(shape, NOWHERE, reach.units.dtype)
            factors = np.zeros(shape)
            units[where], factors[where] = reach.units, reach.factors
            found.append(Reach(reach.source, units, factors))
        start = stop
    return _united(found)


@_passed_on.register(layers.MaxPool)
@_passed_on.register(layers.AveragePool)
def _(layer, inputs, shapes, shape):
    counts_padding = isinstance(layer, layers.AveragePool) and layer.counts_padding
    found = []
    for reach in inputs[0]:
        # Equal shares of equal values, where no zeros of the padding count among them.
        if reach.is_of_channels and not counts_padding:
            found.append(_of_channels(reach, shape))
            continue
        found += _windows(reach, layer, shape, counts_padding)
    return found


@_passed_on.register(layers.GlobalMaxPool)
@_passed_on.register(layers.GlobalAveragePool)
def _(layer, inputs, shapes, shape):
    found = []
    for reach in inputs[0]:
        if reach.is_of_channels:
            found.append(_of_channels(reach, shape))
            continue
        units, factors = (array.reshape(-1, *shape) for array in (reach.units, reach.factors))
        found += [
            Reach(reach.source, one, by / len(units))
            for one, by in zip(units, factors, strict=True)
        ]
    return found


@_passed_on.register
def _(layer: layers.Flatten, inputs, shapes, shape):
    if layer.order == "channels_last":
        return [reach.moved(np.ravel) for reach in inputs[0]]
    return [reach.moved(lambda array: np.moveaxis(array, -1, 0).ravel()) for reach in inputs[0]]


@_passed_on.register
def _(layer: layers.Reshape, inputs, shapes, shape):
    return [reach.moved(lambda array: array.reshape(shape)) for reach in inputs[0]]


@_passed_on.register
def _(layer: layers.Transpose, inputs, shapes, shape):
    return [reach.moved(lambda array: array.transpose(layer.order)) for reach in inputs[0]]


@_passed_on.register
def _(layer: layers.Pad, inputs, shapes, shape):
    return [
        Reach(
            reach.source,
            np.pad(reach.units, layer.padding, constant_values=NOWHERE),
            np.pad(reach.factors, layer.padding),
        )
        for reach in inputs[0]
    ]


@_passed_on.register
def _(layer: layers.Slice, inputs, shapes, shape):
    parts = tuple(map(slice, layer.start, layer.stop, layer.step))
    return [reach.moved(lambda array: array[parts]) for reach in inputs[0]]


@_passed_on.register
def _(layer: layers.Rearrange, inputs, shapes, shape):
    is_zero = layer.places < 0
    found = []
    for reach in inputs[0]:
        units, factors = reach.units.ravel()[layer.places], reach.factors.ravel()[layer.places]
        units[is_zero], factors[is_zero] = NOWHERE, 0
        found.append(Reach(reach.source, units, factors))
    return found


def _changes_places(layer: layers.Layer) -> bool:
    if isinstance(layer, layers.Pad):
        return layer.padding[-1] == (0, 0)
    return isinstance(layer, (layers.MaxPool, layers.AveragePool))


def _of_channels(reach: Reach, shape: Shape) -> Reach:
    """The same units by channel, over other places."""
    first = (0,) * (reach.units.ndim - 1)
    return reach.moved(lambda array: np.broadcast_to(array[first], shape))


def _windows(reach: Reach, layer: layers.Pool, shape: Shape, counts_padding: bool) -> list[Reach]:
    """One reach for each place of a pool's window; the places have equal shares."""
    padding = (*layer.padding, (0, 0))
    units = np.pad(reach.units, padding, constant_values=NOWHERE)
    factors = np.pad(reach.factors, padding)
    inside = np.pad(np.ones(reach.units.shape, bool), padding)
    parts = []
    for offset in product(*map(range, layer.size)):
        how = zip(offset, shape, layer.strides, strict=False)
        parts.append(
            tuple(slice(first, first + step * (n - 1) + 1, step) for first, n, step in how)
        )
    counts = len(parts) if counts_padding else sum(inside[part].astype(int) for part in parts)
    return [Reach(reach.source, units[part], factors[part] / counts) for part in parts]


def _spread(inputs: Sequence[Sequence[Reach]], shape: Shape) -> list[Reach]:
    return [
        reach.moved(lambda array: np.broadcast_to(array, shape))
        for reaches in inputs
        for reach in reaches
    ]


def _merged(reaches: Sequence[Reach], join) -> list[Reach]:
    """One reach for those of the same units at the same values."""
    found: list[Reach] = []
    for reach in reaches:
        for place, other in enumerate(found):
            if reach.source == other.source and np.array_equal(reach.units, other.units):
                joint = join(reach.factors, other.factors)
                found[place] = Reach(reach.source, reach.units, joint)
                break
        else:
            found.append(reach)
    return found


def _united(reaches: Sequence[Reach]) -> list[Reach]:
    """One reach for those of one source that reach different values."""
    found: list[Reach] = []
    for reach in reaches:
        for place, other in enumerate(found):
            if reach.source != other.source:
                continue
            if not np.any((reach.units != NOWHERE) & (other.units != NOWHERE)):
                is_here = reach.units != NOWHERE
                units = np.where(is_here, reach.units, other.units)
                factors = np.where(is_here, reach.factors, other.factors)
                found[place] = Reach(reach.source, units, factors)
                break
        else:
            found.append(reach)
    return found
