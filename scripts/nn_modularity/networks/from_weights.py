"""Networks from PyTorch's weights and a short description of the layers: plain MLPs and CNNs.

The description is a list, from input to output, of what the network does: ``flatten``, ``relu`` or
any other activation; ``dense: fc1`` with the name that the weights have in the file
(``fc1.weight`` and ``fc1.bias``); ``convolution: {weights: conv1, strides: 2, padding: 1,
dilation: 1}``; ``batch_norm: bn1``, ``layer_norm: ln``; ``max_pool: 2`` or ``max_pool: {size: 3,
strides: 2, padding: 1}``, ``average_pool``, ``global_average_pool``, ``global_max_pool``;
``dropout``, which is left out.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
from safetensors.numpy import load_file

from nn_modularity import array_archives, errors, untrusted
from nn_modularity.errors import StudyError
from nn_modularity.networks import layers
from nn_modularity.networks.layers import Layer
from nn_modularity.networks.network import Network, chain
from nn_modularity.networks.shapes import output_shape

ENDINGS = (".npz", ".safetensors")
EPSILON = 1e-5
"""PyTorch's default in norms; another is said by ``{weights: bn1, epsilon: 1e-3}``."""

Steps = Sequence[str | Mapping[str, Any]]


def read(
    path: str | Path, steps: Steps, input_shape: Sequence[int]
) -> tuple[Network, tuple[str, ...]]:
    """Read weights and put them into the layers that a description names.

    Parameters
    ----------
    path : path
        ``.safetensors`` or ``.npz``, arrays named and laid out as in PyTorch's ``state_dict()``.
    steps : sequence of (str or mapping)
        The description.
    input_shape : sequence of int
        Of one image, its channels first as PyTorch takes it.

    Returns
    -------
    network : Network
    notes : tuple of str
        What was left out.

    Raises
    ------
    StudyError
        If the file is no whole archive of arrays, or the description and the weights don't fit.
    """
    with errors.at(path):
        arrays = _arrays(Path(path))
        reading = _Reading(arrays, tuple(int(size) for size in input_shape))
        for number, step in enumerate(steps, start=1):
            with errors.at(f"layers, entry {number} ({untrusted.shown(step)})"):
                reading.step(step)
        network = chain(layers.Input(tuple(input_shape)), reading.layers)
    left = [name for name in arrays if name not in reading.used]
    counters = [name for name in left if name.endswith("num_batches_tracked")]
    unused = [name for name in left if name not in counters]
    return network, (*reading.notes, *(f"left out the weights {name!r}" for name in unused))


def _arrays(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise StudyError("no such file; expected weights there")
    try:
        if path.suffix == ".safetensors":
            found = load_file(path)
        else:
            found = array_archives.read(path, untrusted.LARGEST)
    except (safetensors.SafetensorError, OSError, TypeError, ValueError) as error:
        raise StudyError(
            f"can't be read ({str(error).splitlines()[0]}); save `state_dict()` as float32 by "
            "safetensors.torch.save_file or numpy.savez"
        ) from None
    for name, array in found.items():
        if array.dtype.kind not in "fiu":
            raise StudyError(f"{name}: found values of type {array.dtype}, expected real numbers")
        if not np.isfinite(array).all():
            raise StudyError(f"{name}: found numbers that are not finite")
    return found


@dataclass
class _Reading:
    """Layers so far, and the shape of what they make of one image."""

    arrays: Mapping[str, np.ndarray]
    shape: layers.Shape
    layers: list[layers.Layer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    is_channels_first: bool = True

    def step(self, step: str | Mapping[str, Any]) -> None:
        """Append what an entry of the description says."""
        if isinstance(step, Mapping) and len(step) == 1:
            ((kind, settings),) = step.items()
        else:
            kind, settings = step, None
        if kind == "dropout":
            self.notes.append("dropped dropout, which does nothing in use")
            return
        if isinstance(kind, str) and kind in layers.ACTIVATIONS:
            numbers = [] if settings is None else np.ravel(settings).tolist()
            self.add(layers.Activation(kind, **dict(zip(("alpha", "beta"), numbers, strict=False))))
            return
        if not isinstance(kind, str) or kind not in KINDS:
            close = difflib.get_close_matches(str(kind), [*KINDS, *layers.ACTIVATIONS], 1)
            way = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(KINDS)}"
            raise StudyError(f"{kind!r} is not known here; {way}")
        make, known = KINDS[kind]
        make(self, _Settings(kind, settings, known))

    def add(self, layer: Layer) -> None:
        """Append a layer."""
        self.shape = output_shape(layer, self.shape)
        self.layers.append(layer)

    def channels_last(self) -> None:
        """Put the channels of the input last, as all else here has them."""
        if self.is_channels_first and len(self.shape) > 1:
            self.add(layers.Transpose((*range(1, len(self.shape)), 0)))
        self.is_channels_first = False

    def array(self, name: str, part: str, needed: bool = True) -> np.ndarray | None:
        """Weights by PyTorch's name."""
        full = f"{name}.{part}"
        if full not in self.arrays:
            if not needed:
                return None
            close = difflib.get_close_matches(full, self.arrays, 3, 0)
            raise StudyError(
                f"found no weights {full!r}; did you mean {' or '.join(map(repr, close))}?"
            )
        self.used.add(full)
        return np.asarray(self.arrays[full], np.float32)


@dataclass(frozen=True)
class _Settings:
    """What follows a kind: a name or a number alone, or a mapping of the settings that it has."""

    kind: str
    given: Any
    known: tuple[str, ...]

    def __getitem__(self, name: str) -> Any:
        if isinstance(self.given, Mapping):
            unknown = set(self.given) - set(self.known)
            if unknown:
                known = ", ".join(self.known)
                raise StudyError(f"{sorted(unknown)[0]!r} is not known; {self.kind} has {known}")
            return self.given.get(name)
        return self.given if name == self.known[0] else None

    def weights(self) -> str:
        """Name of the layer's weights in the file."""
        found = self["weights"]
        if isinstance(found, int) and not isinstance(found, bool):
            found = str(found)  # as in Sequential(): 0, 2, …
        if not isinstance(found, str):
            raise StudyError(f"found {found!r}, expected the name that the weights have")
        return found

    def numbers(self, name: str, n_axes: int, default: int | tuple[int, ...]) -> tuple[int, ...]:
        """One whole number an axis."""
        found = self[name]
        found = default if found is None else found
        numbers = untrusted.whole_numbers(found) if not isinstance(found, (str, bool)) else None
        if numbers is None or len(numbers) not in (1, n_axes):
            raise StudyError(f"found {name} {found!r}, expected {n_axes} whole numbers")
        return numbers * n_axes if len(numbers) == 1 else numbers

    def padding(self, n_axes: int) -> layers.Padding:
        """Zeros around every axis; as many on both sides, or ``[[before, after], …]``."""
        found = self["padding"]
        if isinstance(found, (list, tuple)) and found and isinstance(found[0], (list, tuple)):
            numbers: list[Any] = [untrusted.whole_numbers(pair) for pair in found]
            if len(numbers) != n_axes or any(pair is None or len(pair) != 2 for pair in numbers):
                raise StudyError(f"found padding {found}, expected {n_axes} pairs (before, after)")
            return tuple((before, after) for before, after in numbers)
        return tuple((number, number) for number in self.numbers("padding", n_axes, 0))

    def epsilon(self) -> float:
        """What is added to a variance."""
        found = self["epsilon"]
        return EPSILON if found is None else float(found)


def _dense(reading: _Reading, settings: _Settings) -> None:
    name = settings.weights()
    kernel, bias = reading.array(name, "weight"), reading.array(name, "bias", False)
    if kernel.ndim != 2:
        raise StudyError(f"found weights {kernel.shape}, expected (n_out, n_in)")
    if len(reading.shape) > 1:
        if kernel.shape[1] != reading.shape[-1]:
            raise StudyError(
                f"takes {kernel.shape[1]} values, but what comes before is {reading.shape}; is a "
                "flatten missing?"
            )
        reading.is_channels_first = False
    reading.add(layers.Dense(np.ascontiguousarray(kernel.T), bias, name=name))


def _convolution(reading: _Reading, settings: _Settings) -> None:
    name = settings.weights()
    reading.channels_last()
    kernel, bias = reading.array(name, "weight"), reading.array(name, "bias", False)
    n_axes = kernel.ndim - 2
    if n_axes not in (1, 2):
        raise StudyError(f"found weights {kernel.shape}, expected (n_out, n_in, [height,] width)")
    groups, rest = divmod(reading.shape[-1], kernel.shape[1])
    if rest or not groups:
        raise StudyError(
            f"takes {kernel.shape[1]} channels, but what comes before is {reading.shape}"
        )
    reading.add(
        layers.Convolution(
            np.ascontiguousarray(np.moveaxis(kernel, (0, 1), (-1, -2))),
            bias,
            settings.numbers("strides", n_axes, 1),
            settings.padding(n_axes),
            settings.numbers("dilation", n_axes, 1),
            groups,
            name=name,
        )
    )


def _batch_norm(reading: _Reading, settings: _Settings) -> None:
    name = settings.weights()
    reading.channels_last()
    mean, variance = (reading.array(name, f"running_{part}") for part in ("mean", "var"))
    scale, offset = (reading.array(name, part, False) for part in ("weight", "bias"))
    epsilon = settings.epsilon()
    reading.add(layers.BatchNorm(mean, variance, scale, offset, epsilon, name=name))


def _layer_norm(reading: _Reading, settings: _Settings) -> None:
    name = settings.weights()
    scale, offset = (reading.array(name, part, False) for part in ("weight", "bias"))
    reading.add(layers.LayerNorm(scale, offset, settings.epsilon(), name=name))


def _prelu(reading: _Reading, settings: _Settings) -> None:
    name = settings.weights()
    slope = reading.array(name, "weight")
    if slope.size == 1:
        reading.add(layers.Activation("leaky_relu", float(slope.ravel()[0]), name=name))
        return
    reading.channels_last()
    reading.add(layers.PReLU(slope, name=name))


def _pool(kind: type[layers.Pool]) -> Callable[[_Reading, _Settings], None]:
    def append(reading: _Reading, settings: _Settings) -> None:
        reading.channels_last()
        n_axes = len(reading.shape) - 1
        size = settings.numbers("size", n_axes, 2)
        strides = settings.numbers("strides", n_axes, size)
        padding = settings.padding(n_axes)
        # PyTorch's average counts the zeros of its padding.
        counts: dict[str, Any] = {"counts_padding": True} if kind is layers.AveragePool else {}
        reading.add(kind(size, strides, padding, **counts))

    return append


def _global(kind: type[layers.Layer]) -> Callable[[_Reading, _Settings], None]:
    def append(reading: _Reading, settings: _Settings) -> None:
        reading.channels_last()
        reading.add(kind())

    return append


def _flatten(reading: _Reading, settings: _Settings) -> None:
    if len(reading.shape) == 1:
        return
    # PyTorch has the channels first, so that they vary slowest.
    order = settings["order"] or "channels_first"
    if reading.is_channels_first and order == "channels_first":
        order = "channels_last"  # the input as it is taken
    else:
        reading.channels_last()
    reading.add(layers.Flatten(order))
    reading.is_channels_first = False


KINDS: dict[str, tuple[Callable[[_Reading, _Settings], None], tuple[str, ...]]] = {
    "average_pool": (_pool(layers.AveragePool), ("size", "strides", "padding")),
    "batch_norm": (_batch_norm, ("weights", "epsilon")),
    "convolution": (_convolution, ("weights", "strides", "padding", "dilation")),
    "dense": (_dense, ("weights",)),
    "flatten": (_flatten, ("order",)),
    "global_average_pool": (_global(layers.GlobalAveragePool), ("size",)),
    "global_max_pool": (_global(layers.GlobalMaxPool), ("size",)),
    "layer_norm": (_layer_norm, ("weights", "epsilon")),
    "max_pool": (_pool(layers.MaxPool), ("size", "strides", "padding")),
    "prelu": (_prelu, ("weights",)),
}
"""What a description may name, and the settings of each, the one that may stand alone first."""
