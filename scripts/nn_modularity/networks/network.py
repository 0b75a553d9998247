"""A network as a graph of layers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from nn_modularity.errors import StudyError
from nn_modularity.networks.layers import NORMS, WITH_UNITS, Input, Layer, Shape
from nn_modularity.networks.shapes import output_shape


@dataclass(frozen=True, eq=False)
class Network:
    """A trained network, any graph of layers.

    Parameters
    ----------
    layers : tuple of Layer
        Each after those whose outputs it takes; the first is the one `Input`, the last makes the
        network's output.
    attributes : dict
        What is known of it: model, instance, stage, accuracies, …

    Raises
    ------
    StudyError
        If the layers don't fit together; the message names the layer.
    """

    layers: tuple[Layer, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if [isinstance(layer, Input) for layer in self.layers] != [
            number == 0 for number in range(len(self.layers) or 1)
        ]:
            raise StudyError("network: found another order, expected one input layer, the first")
        _ = self.shapes

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """Shape of each layer's output for one image."""
        shapes: list[Shape] = []
        for number, layer in enumerate(self.layers):
            try:
                if not all(0 <= source < number for source in layer.inputs):
                    raise StudyError(
                        f"takes the layers {list(layer.inputs)}, expected layers before it"
                    )
                shapes.append(output_shape(layer, *(shapes[source] for source in layer.inputs)))
            except StudyError as error:
                raise StudyError(f"{self.title(number)}: {error}") from None
        return tuple(shapes)

    @property
    def input(self) -> Input:
        """The first layer."""
        first = self.layers[0]
        assert isinstance(first, Input)
        return first

    @property
    def input_shape(self) -> Shape:
        """Shape of one image."""
        return self.shapes[0]

    @property
    def output_shape(self) -> Shape:
        """Shape of what the network makes of one image."""
        return self.shapes[-1]

    @cached_property
    def consumers(self) -> tuple[tuple[int, ...], ...]:
        """Numbers of the layers that take each layer's output."""
        consumers: list[list[int]] = [[] for _ in self.layers]
        for number, layer in enumerate(self.layers):
            for source in dict.fromkeys(layer.inputs):
                consumers[source].append(number)
        return tuple(map(tuple, consumers))

    @property
    def unit_layers(self) -> tuple[int, ...]:
        """Numbers of the layers that have weights and units of their own."""
        return tuple(
            number for number, layer in enumerate(self.layers) if isinstance(layer, WITH_UNITS)
        )

    def norms_behind(self, number: int) -> tuple[int, ...]:
        """Numbers of the norms that directly follow a layer of units, and belong to its units.

        A unit's value is that behind them. They are per channel, and nothing else takes what is
        before them.
        """
        found: list[int] = []
        n_channels = self.shapes[number][-1]
        while len(users := self.consumers[number]) == 1:
            (number,) = users
            layer = self.layers[number]
            if not isinstance(layer, NORMS):
                break
            if layer.scale is not None and layer.scale.shape not in ((), (n_channels,)):
                break
            found.append(number)
        return tuple(found)

    @property
    def n_weights(self) -> int:
        """Numbers that training may have changed, statistics of normalisations included."""
        return sum(
            array.size
            for layer in self.layers
            for name, array in arrays(layer)
            if not isinstance(layer, Input) and name != "places"
        )

    @property
    def n_units(self) -> int:
        """Values of one image in the input and in the layers that have units."""
        return sum(prod(self.shapes[number]) for number in (0, *self.unit_layers))

    def title(self, number: int) -> str:
        """What messages call a layer: number, kind and the framework's name."""
        layer = self.layers[number]
        name = f' "{layer.name}"' if layer.name else ""
        return f"layer {number:02d} ({layer.kind}{name})"


def arrays(layer: Layer) -> Iterator[tuple[str, np.ndarray]]:
    """Names and values of a layer's arrays."""
    for each in fields(layer):
        value = getattr(layer, each.name)
        if isinstance(value, np.ndarray):
            yield each.name, value


def chain(input_layer: Input, layers: Sequence[Layer], attributes=None) -> Network:
    """Network of layers that each take the one before them."""
    numbered = [replace(layer, inputs=(number,)) for number, layer in enumerate(layers)]
    return Network((input_layer, *numbered), attributes or {})


def without_dead_ends(layers: Sequence[Layer], output: int) -> tuple[Layer, ...]:
    """The layers that an output is made of, numbered anew in their order; the output is last."""
    needed = {0, output}
    for number in range(output, 0, -1):
        if number in needed:
            needed.update(layers[number].inputs)
    number_of = {old: new for new, old in enumerate(sorted(needed))}
    return tuple(
        replace(layers[old], inputs=tuple(number_of[source] for source in layers[old].inputs))
        for old in number_of
    )
