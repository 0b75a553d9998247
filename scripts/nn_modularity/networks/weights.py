"""The network file, first version: a chain of layers. The border between training and analysis."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, prod
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from nn_modularity import errors, files, untrusted
from nn_modularity.errors import StudyError
from nn_modularity.networks import chain_layers, shapes
from nn_modularity.networks.chain_layers import WITH_WEIGHTS, Layer
from nn_modularity.networks.facts import METRICS

FORMAT = "nn-modularity/network-1"
GRAPH_FORMAT = "nn-modularity/network-2"
INPUT_SCALE, INPUT_OFFSET = 1 / 255, 0.0
"""What the study's networks see of a pixel: x / 255."""
WRITE_ANEW = 'write it anew (README, "Networks of your own")'
"""How to go on with a network file of the user's own."""
MOST_LAYERS = 100_000

_TITLES = ("name", "CLASS", "TITLE", "VERSION")  # the latter three are PyTables's
_OF_THE_FORMAT = ("format", "input_shape", "input_scale", "input_offset")


@dataclass(frozen=True, eq=False)
class Network:
    """A trained network as the analyses see it.

    Attributes
    ----------
    input_shape : tuple of int
        Shape of one input: (784,), (28, 28) or (32, 32, 3), the channels last.
    layers : tuple of Layer
        A dense layer takes the values of what comes before it flattened, the channels fastest:
        where a flatten says ``channels_first``, the next kernel's rows are put into that order.
    attributes : dict
        What is known of it: model, instance, stage, seed, accuracies, …
    input_scale, input_offset : float, or float64 array that fits `input_shape`
        The network sees input_scale · x + input_offset of the data's values x.

    Raises
    ------
    StudyError
        If layers don't fit together. The message names the layer by its number.
    """

    input_shape: tuple[int, ...]
    layers: tuple[Layer, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    input_scale: float | np.ndarray = INPUT_SCALE
    input_offset: float | np.ndarray = INPUT_OFFSET

    def __post_init__(self) -> None:
        shape = tuple(self.input_shape)
        if not 1 <= len(shape) <= 3 or min(shape) < 1 or prod(shape) > shapes.LARGEST:
            raise StudyError(
                f"input_shape: found {shape}, expected (values,), (height, width) or "
                f"(height, width, channels), at most {shapes.LARGEST:,} values"
            )
        if not any(layer.kind in WITH_WEIGHTS for layer in self.layers):
            raise StudyError("found no dense or conv2d layer, expected at least one")
        object.__setattr__(self, "input_shape", shape)
        object.__setattr__(self, "layers", chain_layers.chained(shape, self.layers))
        for name in ("input_scale", "input_offset"):
            object.__setattr__(self, name, _fitting(shape, name, getattr(self, name)))
        if not np.all(self.input_scale):
            raise StudyError("input_scale: found 0, expected other numbers")

    @property
    def weighted_layers(self) -> tuple[Layer, ...]:
        """The layers that have kernels."""
        return tuple(layer for layer in self.layers if layer.kind in WITH_WEIGHTS)

    @property
    def n_units(self) -> int:
        """Neurons: values of one image in the input and in the layers that have kernels."""
        return chain_layers.count_units(self.input_shape, self.layers)

    @property
    def is_mlp(self) -> bool:
        """Whether the network has no layers but dense ones (and flattens)."""
        return all(layer.kind in ("dense", "flatten") for layer in self.layers)

    @property
    def kernels(self) -> tuple[np.ndarray, ...]:
        """Kernels of the layers that have one, in order."""
        return tuple(layer.kernel for layer in self.weighted_layers)

    @property
    def widths(self) -> tuple[int, ...]:
        """Neurons by layer of an MLP, inputs and outputs included."""
        kernels = self.kernels
        return (kernels[0].shape[0], *(kernel.shape[1] for kernel in kernels))


def mlp(
    kernels: Sequence[np.ndarray],
    biases: Sequence[np.ndarray | None] | None = None,
    attributes: Mapping[str, Any] | None = None,
    *,
    activations: Sequence[str] | None = None,
    input_shape: Sequence[int] | None = None,
    input_scale: float | np.ndarray = INPUT_SCALE,
    input_offset: float | np.ndarray = INPUT_OFFSET,
) -> Network:
    """Multi-layer perceptron of given kernels.

    Parameters
    ----------
    kernels : sequence of (in, out) arrays
        PyTorch keeps (out, in): transpose them.
    biases : sequence of (out,) arrays or None, optional
        None is no bias.
    attributes : mapping, optional
        What is known of the network; ``test_acc`` is compared with what the study finds.
    activations : sequence of str, optional
        One a kernel, of `chain_layers.ACTIVATIONS`; ReLU, and softmax at the end, unless given.
    input_shape : sequence of int, optional
        Shape of one image; flat unless given.
    input_scale, input_offset : float, or array that fits `input_shape`
        The network was trained on input_scale · x + input_offset of pixels x from 0 to 255: on
        x / 255 unless given. torchvision's ``Normalize(mean, std)`` after ``ToTensor()`` is a scale
        of 1 / (255 · std) and an offset of −mean / std.

    Raises
    ------
    StudyError
        If the arrays don't fit together.
    """
    kernels = [np.asarray(kernel, np.float32) for kernel in kernels]
    if not kernels:
        raise StudyError("mlp: found no kernels, expected at least one")
    if biases is None:
        biases = [None] * len(kernels)
    if activations is None:
        activations = ["relu"] * (len(kernels) - 1) + ["softmax"]
    for name, values in (("biases", biases), ("activations", activations)):
        if len(values) != len(kernels):
            raise StudyError(f"mlp: found {len(values)} {name} for {len(kernels)} kernels")
    layers = []
    for number, (kernel, bias, activation) in enumerate(
        zip(kernels, biases, activations, strict=True)
    ):
        with errors.at(f"mlp: layer {number:02d} (dense)"):
            bias = None if bias is None else np.asarray(bias, np.float32)
            layers.append(Layer("dense", kernel, bias, activation))
    shape = kernels[0].shape[:1] if input_shape is None else tuple(input_shape)
    with errors.at("mlp"):
        return Network(shape, tuple(layers), attributes or {}, input_scale, input_offset)


def write(path: str | Path, network: Network) -> None:
    """Write a network file, atomically; the bytes depend on the content alone.

    Raises
    ------
    StudyError
        If an attribute is of a type that HDF5 doesn't have.
    """
    digits = max(2, len(str(len(network.layers) - 1)))
    with files.new_h5(path) as file:
        for name, value in network.attributes.items():
            try:
                file.attrs[name] = value
            except TypeError:
                raise StudyError(
                    f"{path}: attribute {name}: found {value!r}, expected text or numbers"
                ) from None
        file.attrs["format"] = FORMAT
        file.attrs["input_shape"] = np.asarray(network.input_shape, np.int64)
        file.attrs["input_scale"] = network.input_scale
        file.attrs["input_offset"] = network.input_offset
        for number, layer in enumerate(network.layers):
            group = file.create_group(f"layers/{number:0{digits}d}")
            group.attrs["kind"] = layer.kind
            for name in chain_layers.ATTRIBUTES[layer.kind]:
                group.attrs[name] = getattr(layer, name)
            if layer.kind in WITH_WEIGHTS:
                group.create_dataset("kernel", data=layer.kernel, dtype="f4", track_times=False)
                group.create_dataset("bias", data=layer.bias, dtype="f4", track_times=False)


def read(path: str | Path, advice: str = WRITE_ANEW) -> Network:
    """Read and check a network file.

    Parameters
    ----------
    path : path
    advice : str
        How to go on where the file can't be read at all.

    Raises
    ------
    StudyError
        If the file is not in the format, says what the format doesn't know, claims more than it
        holds, or if layers don't fit together.
    """
    with files.open_h5(path, advice) as file, errors.at(path):
        found = untrusted.attribute(file, "format")
        if not isinstance(found, str) or found != FORMAT:
            if found == GRAPH_FORMAT:
                raise StudyError(
                    "found a graph of layers, which clustering and null models take; expected a "
                    "chain of dense layers, as lesions, drawings and weight paths have it"
                )
            shown = untrusted.shown(found)
            raise StudyError(f'found format {shown}, expected "{FORMAT}"; {advice}')
        input_shape = untrusted.attribute(file, "input_shape")
        if input_shape is None:
            raise StudyError(f"input_shape is missing; {advice}")
        sizes = untrusted.whole_numbers(input_shape)
        if sizes is None:
            shown = untrusted.shown(input_shape)
            raise StudyError(f"input_shape: found {shown}, expected whole numbers")
        scaling = {
            name: untrusted.attribute(file, name)
            for name in ("input_scale", "input_offset")
            if name in file.attrs
        }
        return Network(
            sizes, _read_layers(file, advice), known(file, but=_OF_THE_FORMAT), **scaling
        )


def in_order(names: Sequence[str]) -> list[str]:
    """Names of layers by their numbers: 00, 01, …, or dense_1, dense_2, …, dense_10.

    Raises
    ------
    StudyError
        If a name has no number, or two have the same.
    """
    by_number: dict[int, str] = {}
    expected = "expected names whose numbers say the order: 00, 01, …"
    for name in names:
        shown, found = untrusted.shown(name), re.search(r"(\d{1,18})$", name, re.ASCII)
        if not found:
            raise StudyError(f"layers: {shown} does not end in a number, {expected}")
        other = by_number.setdefault(int(found[1]), name)
        if other != name:
            other = untrusted.shown(other)
            raise StudyError(f"layers: {other} and {shown} have the same number, {expected}")
    return [by_number[number] for number in sorted(by_number)]


def known(file: h5py.File, but: Collection[str]) -> dict[str, Any]:
    """What the root attributes say of a network. What is neither text nor numbers says nothing.

    Parameters
    ----------
    file : h5py.File
    but : collection of str
        Names of those that belong to the format.

    Raises
    ------
    StudyError
        If one of `METRICS` is no such number.
    """
    found: dict[str, Any] = {}
    for name in sorted(set(file.attrs) - set(but)):
        try:
            found[name] = untrusted.attribute(file, name)
        except StudyError:
            if name in METRICS:
                raise
    for name in METRICS:
        value, is_share = found.get(name, 0), name.endswith("acc")
        is_number = isinstance(value, int | float) and isfinite(value)
        if not is_number or (is_share and not 0 <= value <= 1):
            expected = "a share from 0 to 1" if is_share else "a number"
            raise StudyError(f"{name}: found {untrusted.shown(value)}, expected {expected}")
    return found


def _read_layers(file: h5py.File, advice: str) -> tuple[Layer, ...]:
    if "layers" not in file:
        raise StudyError(f"layers is missing; {advice}")
    groups = untrusted.group(file, "layers")
    if len(groups) > MOST_LAYERS:
        raise StudyError(f"layers: found {len(groups):,}, expected at most {MOST_LAYERS:,}")
    layers, room = [], untrusted.LARGEST
    for name in in_order(list(groups)):
        group = untrusted.group(groups, name)
        with errors.at(f"layers/{name}"):
            layers.append(_read_layer(group, room))
        if layers[-1].kernel is not None:
            room -= layers[-1].kernel.nbytes + layers[-1].bias.nbytes
    return tuple(layers)


def _read_layer(group: h5py.Group, room: int) -> Layer:
    kind = untrusted.attribute(group, "kind")
    if not isinstance(kind, str) or kind not in chain_layers.KINDS:
        known = ", ".join(chain_layers.KINDS)
        raise StudyError(f"found kind {untrusted.shown(kind)}, expected one of {known}")
    own, arrays = chain_layers.ATTRIBUTES[kind], ("kernel", "bias") if kind in WITH_WEIGHTS else ()
    unknown = [name for name in group if name not in arrays]
    unknown += [name for name in group.attrs if name not in ("kind", *own, *_TITLES)]
    if unknown:
        raise StudyError(
            f"found {untrusted.shown(unknown[0])}, which the format doesn't know of a {kind} "
            f"layer; expected {', '.join((*own, *arrays)) or 'nothing'}"
        )
    values: dict[str, Any] = {}
    for name in own:
        values[name] = untrusted.attribute(group, name)
        if values[name] is None and name != "order":
            raise StudyError(f"a {kind} layer needs the attribute {name!r}")
    for name in arrays:
        if name not in group:
            hint = "; write zeros where it has none" if name == "bias" else ""
            raise StudyError(f"a {kind} layer needs the dataset {name!r}{hint}")
        values[name] = untrusted.array(group, name, np.float32, room)
        room -= values[name].nbytes
    return Layer(kind, **values)


def _fitting(shape: tuple[int, ...], name: str, value: Any) -> float | np.ndarray:
    """A factor or summand of the inputs."""
    numbers = np.asarray(value)
    try:
        fits = numbers.size == 1 or np.broadcast_shapes(numbers.shape, shape) == shape
    except ValueError:
        fits = False
    if numbers.dtype.kind not in "fiu" or not np.isfinite(numbers).all():
        raise StudyError(f"{name}: found {untrusted.shown(value)}, expected finite numbers")
    if not fits:
        raise StudyError(f"{name}: found {numbers.shape}, expected one number or what fits {shape}")
    return float(numbers.item()) if numbers.size == 1 else numbers.astype(np.float64)
