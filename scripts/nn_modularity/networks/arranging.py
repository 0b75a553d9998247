"""Layers put together while a model of another framework is read.

Other frameworks have channels first, cut, turn and merge axes. Such moves are carried along as
arrays of places and become layers only where a layer needs its values in another order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import permutations
from math import prod

import numpy as np

from nn_modularity.errors import StudyError
from nn_modularity.networks import layers
from nn_modularity.networks.layers import Shape
from nn_modularity.networks.shapes import output_shape

LARGEST = 2**26
"""Values that a layer may make of one image while a model is read."""


@dataclass(frozen=True, eq=False)
class Value:
    """A tensor: which values of a layer's output it holds, in what order.

    Attributes
    ----------
    layer : int
        Number of the layer.
    places : int array of the tensor's shape, images included
        Place of each value among the layer's outputs for `Arrangement.n_images` images, last axis
        fastest; −1 for a zero.
    """

    layer: int
    places: np.ndarray

    @property
    def shape(self) -> Shape:
        """Shape of the tensor, images included."""
        return self.places.shape

    def moved(self, source: int, target: int) -> Value:
        """The same tensor with an axis elsewhere."""
        return Value(self.layer, np.moveaxis(self.places, source, target))


class Arrangement:
    """Layers so far, and the moves between them.

    Parameters
    ----------
    n_images : int
        Images that places stand for: two, so that what belongs to an image shows; one for models
        that are made for one.
    """

    def __init__(self, n_images: int) -> None:
        self.n_images = n_images
        self.layers: list[layers.Layer] = []
        self.shapes: list[Shape] = []
        self._places = np.empty(0, np.int32)
        self._settled: dict[tuple[int, Shape, bytes], int] = {}

    def add(self, layer: layers.Layer, *inputs: int) -> int:
        """Append a layer that takes the outputs of others; returns its number."""
        shape = output_shape(layer, *(self.shapes[number] for number in inputs))
        if prod(shape) > LARGEST:
            raise StudyError(
                f"makes {shape}, more than {LARGEST:,} values of one image; say a smaller "
                "`input_shape`"
            )
        self.layers.append(replace(layer, inputs=inputs))
        self.shapes.append(shape)
        return len(self.layers) - 1

    def whole(self, number: int) -> Value:
        """All outputs of a layer, (n_images, *shape)."""
        shape = (self.n_images, *self.shapes[number])
        size = prod(shape)
        if size > len(self._places):
            self._places = np.arange(size, dtype=np.int32 if size < 2**31 else np.int64)
        return Value(number, self._places[:size].reshape(shape))

    def size(self, value: Value) -> int:
        """Outputs for one image of a tensor's layer."""
        return prod(self.shapes[value.layer])

    def is_permutation(self, value: Value) -> bool:
        """Whether a tensor has each output of its layer once."""
        total = self.n_images * self.size(value)
        if value.places.size != total or value.places.min(initial=0) < 0:
            return False
        seen = np.zeros(total, bool)
        seen[value.places.ravel()] = True
        return bool(seen.all())

    def natural(self, value: Value) -> int:
        """Number of a layer whose output is the tensor, images first; makes layers as needed.

        Raises
        ------
        StudyError
            If the tensor mixes images.
        """
        whole = self.whole(value.layer).places
        if value.shape == whole.shape and np.array_equal(value.places, whole):
            return value.layer
        return self._settle(value).layer

    def settled(self, value: Value) -> Value:
        """The same tensor as all outputs of a layer, in whatever order."""
        if self.is_permutation(value):
            return value
        axis = self._axis_of_images(value)
        made = self._settle(value.moved(axis, 0))
        return made.moved(0, axis)

    def rows(self, value: Value, axis: int) -> Value:
        """The tensor with an axis moved last, as rows of a layer's last axis, each row once.

        Layers that work on the last axis alone can then be applied whatever the order of the
        rows. Makes layers as needed.
        """
        value = self.settled(value.moved(axis, -1))
        if self._lost_axes_alone(value):
            return self._settle(value)
        width = self.shapes[value.layer][-1] if self.shapes[value.layer] else 1
        if value.shape[-1] == width:
            first = value.places[..., :1]
            steps = np.arange(width, dtype=value.places.dtype)
            if not np.any(first % width) and np.array_equal(value.places, first + steps):
                return value
        images = self._axis_of_images(value)
        if images == value.places.ndim - 1:
            raise StudyError("works along the axis of the images")
        return self._settle(value.moved(images, 0)).moved(0, images)

    def _lost_axes_alone(self, value: Value) -> bool:
        """Whether a tensor is a layer's output without some of its axes of length 1."""
        whole = self.whole(value.layer).places
        return (
            value.shape[0] == self.n_images
            and value.places.ndim < whole.ndim
            and [n for n in value.shape if n > 1] == [n for n in whole.shape if n > 1]
            and np.array_equal(value.places.ravel(), whole.ravel())
        )

    def after_rows(self, number: int, rows: Value, axis: int) -> Value:
        """A layer's outputs where it worked on `rows`, the axis moved back."""
        width_before = self.shapes[rows.layer][-1]
        width = self.shapes[number][-1]
        first = rows.places[..., :1] // width_before * width
        places = first + np.arange(width, dtype=first.dtype)
        return Value(number, places).moved(-1, axis)

    def aligned(self, value: Value, with_: Value) -> int:
        """Number of a layer that fits another tensor's layer, value by value as NumPy broadcasts.

        Parameters
        ----------
        value : Value
        with_ : Value
            A permutation of its layer's outputs, of the broadcast shape.
        """
        spread = np.broadcast_to(value.places, with_.shape)
        in_order = np.empty(spread.size, spread.dtype)
        in_order[with_.places.ravel()] = spread.ravel()
        in_order = in_order.reshape(self.n_images, *self.shapes[with_.layer])
        for axis in range(1, in_order.ndim):
            one = in_order.take([0], axis)
            if np.array_equal(np.broadcast_to(one, in_order.shape), in_order):
                in_order = one
        while in_order.ndim > 2 and in_order.shape[1] == 1:
            in_order = in_order[:, 0]
        return self.natural(Value(value.layer, in_order))

    def in_order(self, array: np.ndarray, of: Value) -> np.ndarray:
        """Known numbers that belong to a tensor's values, as its layer has them, kept small.

        Parameters
        ----------
        array : array that fits the tensor's shape, the same for all images
        of : Value
            A permutation of its layer's outputs.
        """
        if array.size == 1:
            return array.reshape(())
        spread = np.broadcast_to(array, of.shape)
        in_order = np.empty(spread.size, spread.dtype)
        in_order[of.places.ravel()] = spread.ravel()
        in_order = in_order.reshape(self.n_images, *self.shapes[of.layer])
        if not all(np.array_equal(in_order[0], other) for other in in_order[1:]):
            raise StudyError("adds or multiplies by numbers that differ from image to image")
        in_order = in_order[0]
        for axis in range(in_order.ndim):
            one = in_order.take([0], axis)
            if np.array_equal(np.broadcast_to(one, in_order.shape), in_order):
                in_order = one
        while in_order.ndim and in_order.shape[0] == 1:
            in_order = in_order[0]
        return np.array(in_order)

    def _axis_of_images(self, value: Value) -> int:
        """The axis along which images follow each other."""
        size = self.size(value)
        for axis in range(value.places.ndim):
            if value.shape[axis] != self.n_images:
                continue
            images = [value.places.take(image, axis) for image in range(self.n_images)]
            if all(
                own.max(initial=-1) < (image + 1) * size
                and own[own >= 0].min(initial=image * size) >= image * size
                for image, own in enumerate(images)
            ):
                return axis
        raise StudyError("mixes the values of different images")

    def _settle(self, value: Value) -> Value:
        """All outputs of a layer that is made for a tensor that has images first."""
        content = hashlib.sha256(np.ascontiguousarray(value.places)).digest()
        key = (value.layer, value.shape, content)
        if key not in self._settled:
            self._settled[key] = self._make(value)
        return self.whole(self._settled[key])

    def _make(self, value: Value) -> int:
        size, shape = self.size(value), self.shapes[value.layer]
        own = value.places[0]
        if value.shape[0] != self.n_images or own.max(initial=0) >= size:
            raise StudyError("mixes the values of different images")
        for number in range(1, self.n_images):
            expected = np.where(own < 0, -1, own + number * size)
            if not np.array_equal(value.places[number], expected):
                raise StudyError("mixes the values of different images")
        return self._reordered(value.layer, shape, own)

    def _reordered(self, number: int, shape: Shape, places: np.ndarray) -> int:
        """Layers that pick `places` of one image's outputs."""
        size = prod(shape)
        if places.size == size and places.min(initial=0) >= 0:
            for order in permutations(range(len(shape))):
                if _is_transpose(places, shape, order):
                    return self._transposed(number, shape, order, places.shape)
        if places.min(initial=0) < 0:
            inner = _bounding_box(places >= 0)
            if inner is not None and places[inner].min() >= 0 and places.ndim:
                kept = self._reordered_or_same(number, shape, places[inner])
                return self.add(layers.Pad(_margins(inner, places.shape)), kept)
        elif (part := _as_slice(places, shape)) is not None:
            return self.add(part, number)
        if size == 0 or places.size > LARGEST:
            raise StudyError(f"picks {places.size:,} values one by one, more than {LARGEST:,}")
        return self.add(layers.Rearrange(places.astype(np.int64)), number)

    def _reordered_or_same(self, number: int, shape: Shape, places: np.ndarray) -> int:
        same = np.arange(prod(shape)).reshape(shape)
        if places.shape == shape and np.array_equal(places, same):
            return number
        return self._reordered(number, shape, places)

    def _transposed(self, number: int, shape: Shape, order: tuple[int, ...], wanted: Shape) -> int:
        last = len(shape) - 1
        is_in_order = order == tuple(range(len(shape)))
        if len(wanted) == 1 and len(shape) > 1:
            if is_in_order:
                return self.add(layers.Flatten(), number)
            if order == (last, *range(last)):
                return self.add(layers.Flatten("channels_first"), number)
        if not is_in_order:
            number = self.add(layers.Transpose(order), number)
        if self.shapes[number] != wanted:
            number = self.add(layers.Reshape(wanted), number)
        return number


def _is_transpose(places: np.ndarray, shape: Shape, order: tuple[int, ...]) -> bool:
    expected = np.arange(prod(shape), dtype=places.dtype).reshape(shape).transpose(order)
    return np.array_equal(places.ravel(), expected.ravel())


def _bounding_box(mask: np.ndarray) -> tuple[slice, ...] | None:
    """The smallest part of every axis that holds all that is true."""
    if not mask.any():
        return None
    parts = []
    for axis in range(mask.ndim):
        others = tuple(other for other in range(mask.ndim) if other != axis)
        found = np.flatnonzero(mask.any(axis=others))
        parts.append(slice(int(found[0]), int(found[-1]) + 1))
    return tuple(parts)


def _margins(inner: tuple[slice, ...], shape: Shape) -> layers.Padding:
    return tuple(
        (part.start, length - part.stop) for part, length in zip(inner, shape, strict=True)
    )


def _as_slice(places: np.ndarray, shape: Shape) -> layers.Slice | None:
    """The slice of every axis that picks `places`, if there is one."""
    if places.ndim != len(shape) or places.size == 0:
        return None
    first = np.unravel_index(int(places.flat[0]), shape)
    second = np.unravel_index(int(places[tuple(min(1, n - 1) for n in places.shape)]), shape)
    steps = [int(b) - int(a) for a, b in zip(first, second, strict=True)]
    steps = [step if n > 1 else 1 for step, n in zip(steps, places.shape, strict=True)]
    if min(steps, default=1) < 1:
        return None
    stops = [
        int(start) + step * (n - 1) + 1
        for start, step, n in zip(first, steps, places.shape, strict=True)
    ]
    if any(stop > length for stop, length in zip(stops, shape, strict=True)):
        return None
    parts = tuple(slice(int(a), b, c) for a, b, c in zip(first, stops, steps, strict=True))
    if not np.array_equal(np.arange(prod(shape)).reshape(shape)[parts], places):
        return None
    return layers.Slice(tuple(map(int, first)), tuple(stops), tuple(steps))
