"""Forward passes of damaged networks of any kind, on ONNX Runtime.

A lesion multiplies values by a mask. What comes before it is computed once for some images and
kept; what follows is computed anew for each lesion. Chains of dense layers have an engine of their
own, `forward`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from nn_modularity.activations.runtime import Session, model
from nn_modularity.networks import layers
from nn_modularity.networks.network import Network

CHUNK = 64
"""Images that go through a network together; part of the results' bits."""

MOST_PARTS = 16
"""Parts that a network is cut into at most: each has the weights of all that follows it."""


@dataclass(frozen=True)
class Lesion:
    """Units of one layer that are silenced.

    Attributes
    ----------
    layer : int
        The layer of units, 0 for the inputs.
    mask : float32 array
        Fits the layer's values for one image: 0 for silenced units, 1 for others.
    """

    layer: int
    mask: np.ndarray


@dataclass(frozen=True)
class Activity:
    """What is kept of some images' way through a network.

    Attributes
    ----------
    values : dict of (n_images, *shape) float32
        By number of the layer that makes them; the network's output and what parts are given.
    lesions : tuple of Lesion
        What else is damaged, and isn't in the values.
    """

    values: Mapping[int, np.ndarray]
    lesions: tuple[Lesion, ...] = ()


@dataclass(frozen=True)
class Place:
    """A layer of units in a network.

    Attributes
    ----------
    number : int
        Of the network's layer that makes the units' values.
    is_inside : bool
        Whether they are an attention's queries, keys and values, which nothing else sees.
    shape : tuple of int
        Of a mask.
    """

    number: int
    is_inside: bool
    shape: tuple[int, ...]


def places(network: Network, units: str) -> tuple[Place, ...]:
    """The layers of units behind the input, in the order of the network's graph.

    Parameters
    ----------
    network : Network
    units : {"neurons", "channels"}
    """
    found = []
    for number in network.unit_layers:
        layer = network.layers[number]
        if isinstance(layer, layers.Attention):
            width = sum(kernel.shape[1] for kernel in (layer.query, layer.key, layer.value))
            found.append(Place(number, True, (width,)))
        shape = network.shapes[number]
        last = (number, *network.norms_behind(number))[-1]
        found.append(Place(last, False, shape[-1:] if units == "channels" else shape))
    return tuple(found)


class Engine:
    """A network whose units can be silenced.

    A silenced unit's value is 0: behind the norms that directly follow its layer, before the
    activation function. So predicts a network in which its incoming weights, its bias, and its
    scale and offset in those norms are 0.

    Parameters
    ----------
    network : Network
        A softmax at its end is left out, as it keeps the order of the outputs.
    units : {"neurons", "channels"}
        What the nodes of its graph are.
    images : (n_images, *network.input_shape)
        As the data holds them.
    """

    def __init__(self, network: Network, units: str, images: np.ndarray) -> None:
        last = network.layers[-1]
        self._output = len(network.layers) - 1
        if isinstance(last, layers.Activation) and last.function in ("softmax", "log_softmax"):
            (self._output,) = last.inputs
        self._network, self._images = network, images
        self.places = places(network, units)
        starts = range(0, len(images), CHUNK)
        self.chunks = [slice(start, start + CHUNK) for start in starts]
        width = network.input_shape[-1] if units == "channels" else prod(network.input_shape)
        self.widths = (width, *(prod(place.shape) for place in self.places))
        parts = np.array_split(np.arange(len(self.places) - 1), MOST_PARTS)
        self._parts = [
            _Part(network, self._output, [self.places[i] for i in part], part + 1)
            for part in parts
            if part.size
        ]
        self._part_of = {layer: part for part in self._parts for layer in part.places}
        self._kept = sorted({self._output, *(n for part in self._parts for n in part.given)})

    def activities(self) -> Iterator[Activity]:
        """Of the intact network, by chunk of images."""
        for chunk in self.chunks:
            found = self._whole.run({"x": np.asarray(self._images[chunk], np.float32)})
            yield Activity(dict(zip(self._kept, found, strict=True)))

    def outputs(self, activity: Activity) -> np.ndarray:
        """What the network answers, (n_outputs, n_images) float32."""
        return _as_columns(activity.values[self._output])

    def damage(self, layer: int, silenced: np.ndarray) -> Lesion:
        """A lesion of a hidden layer's units, (widths[layer],) bool."""
        mask = (~silenced).astype(np.float32).reshape(self.places[layer - 1].shape)
        return Lesion(layer, mask)

    def damaged(self, activity: Activity, lesion: Lesion) -> np.ndarray:
        """What the damaged network answers, (n_outputs, n_images) float32."""
        part = self._part_of[lesion.layer]
        if part.is_dead_end:
            return self.outputs(activity)
        (found,) = part.answer(activity, lesion, (self._output,))
        return _as_columns(found)

    def spread(self, activity: Activity, lesion: Lesion) -> Activity:
        """The activity with a lesion in it, so that a second one can be added behind."""
        part, number = self._part_of[lesion.layer], self.places[lesion.layer - 1].number
        changed = tuple(each for each in self._kept if each in part.behind)
        values = dict(activity.values)
        if changed:
            values |= zip(changed, part.answer(activity, lesion, changed), strict=True)
        if number in values and number not in changed:  # for skips around later layers
            values[number] = values[number] * lesion.mask
        return Activity(values, (*activity.lesions, lesion))

    @cached_property
    def _whole(self) -> Session:
        return Session(*model(self._network, self._kept), "network")


class _Part:
    """Some layers of units in a row, and all that follows them."""

    def __init__(
        self, network: Network, output: int, own: Sequence[Place], numbers: np.ndarray
    ) -> None:
        self._network, self.places = network, dict(zip(numbers.tolist(), own, strict=True))
        starts = {place.number for place in own if not place.is_inside}
        behind = {place.number for place in own if place.is_inside}
        for number, layer in enumerate(network.layers):
            if any(source in starts or source in behind for source in layer.inputs):
                behind.add(number)
        self.behind = frozenset(behind)
        self.is_dead_end = output not in behind | starts
        sources = {source for number in behind for source in network.layers[number].inputs}
        self.given = tuple(sorted((sources | starts) - behind))
        self._sessions: dict[tuple[int, ...], Session] = {}
        self._ones = {
            f"mask{layer}": np.ones(place.shape, np.float32) for layer, place in self.places.items()
        }

    def answer(
        self, activity: Activity, lesion: Lesion, outputs: tuple[int, ...]
    ) -> list[np.ndarray]:
        """Values of layers behind a lesion."""
        session = self._session(outputs)
        masks = {f"mask{each.layer}": each.mask for each in (*activity.lesions, lesion)}
        values = {f"v{number}": activity.values[number] for number in self.given}
        known = self._ones | masks | values
        return session.run({name: known[name] for name in session.inputs})

    def _session(self, outputs: tuple[int, ...]) -> Session:
        if outputs not in self._sessions:
            masks, inner_masks = (
                {
                    place.number: f"mask{layer}"
                    for layer, place in self.places.items()
                    if place.is_inside == is_inside
                }
                for is_inside in (False, True)
            )
            found = model(self._network, outputs, self.given, masks, inner_masks)
            self._sessions[outputs] = Session(*found, "network")
        return self._sessions[outputs]


def _as_columns(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values.reshape(len(values), -1).T)
