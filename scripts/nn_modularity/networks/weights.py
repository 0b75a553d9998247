"""The network file: the border between training and analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from nn_modularity import files
from nn_modularity.errors import StudyError

FORMAT = "nn-modularity/network-1"
KINDS = ("dense", "conv2d", "max_pool2d", "average_pool2d", "flatten")
WITH_WEIGHTS = ("dense", "conv2d")
METRICS = ("train_acc", "train_loss", "test_acc", "test_loss")
"""Attributes of a network file that say how well the network does."""
_KERNEL_DIMENSIONS = {"dense": 2, "conv2d": 4}
_OWN_ATTRIBUTES = {
    "dense": ("activation",),
    "conv2d": ("activation", "padding", "strides"),
    "max_pool2d": ("pool_size", "strides", "padding"),
    "average_pool2d": ("pool_size", "strides", "padding"),
    "flatten": (),
}


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    kernel : (n_in, n_out) or (height, width, n_in, n_out) float32, or None
        Weights of a ``dense`` or ``conv2d`` layer.
    bias : (n_out,) float32, or None
    activation : str or None
        Keras's name: ``relu``, ``softmax``, ``linear``, …
    padding : {"same", "valid"} or None
    strides, pool_size : (int, int) or None
    """

    kind: str
    kernel: np.ndarray | None = None
    bias: np.ndarray | None = None
    activation: str | None = None
    padding: str | None = None
    strides: tuple[int, int] | None = None
    pool_size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Network:
    """A trained network as the analyses see it.

    Attributes
    ----------
    input_shape : tuple of int
        Shape of one input, (28, 28) or (784,) for instance.
    layers : tuple of Layer
    attributes : dict
        What is known of it: model, instance, stage, seed, accuracies, …
    """

    input_shape: tuple[int, ...]
    layers: tuple[Layer, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def weighted_layers(self) -> tuple[Layer, ...]:
        """The layers that have kernels."""
        return tuple(layer for layer in self.layers if layer.kind in WITH_WEIGHTS)

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
    biases: Sequence[np.ndarray] | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Network:
    """Multi-layer perceptron of given kernels: ReLU, then softmax; biases 0 unless given."""
    kernels = [np.asarray(kernel, np.float32) for kernel in kernels]
    if biases is None:
        biases = [np.zeros(kernel.shape[1], np.float32) for kernel in kernels]
    activations = ["relu"] * (len(kernels) - 1) + ["softmax"]
    layers = tuple(
        Layer("dense", kernel=kernel, bias=np.asarray(bias, np.float32), activation=activation)
        for kernel, bias, activation in zip(kernels, biases, activations, strict=True)
    )
    return Network((kernels[0].shape[0],), layers, attributes or {})


def write(path: str | Path, network: Network) -> None:
    """Write a network file, atomically; the bytes depend on the content alone."""
    with files.atomic(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["format"] = FORMAT
        file.attrs["input_shape"] = np.asarray(network.input_shape, np.int64)
        file.attrs.update(network.attributes)
        for number, layer in enumerate(network.layers):
            group = file.create_group(f"layers/{number:02d}")
            group.attrs["kind"] = layer.kind
            for name in _OWN_ATTRIBUTES[layer.kind]:
                group.attrs[name] = getattr(layer, name)
            if layer.kind in WITH_WEIGHTS:
                group.create_dataset("kernel", data=layer.kernel, dtype="f4", track_times=False)
                group.create_dataset("bias", data=layer.bias, dtype="f4", track_times=False)


def read(path: str | Path) -> Network:
    """Read and check a network file.

    Raises
    ------
    StudyError
        If the file is not in the format, a layer is of an unknown kind, shapes don't fit
        together, or a weight is not finite.
    """
    with files.open_h5(path) as file:
        found = file.attrs.get("format")
        if found != FORMAT:
            raise StudyError(f'{path}: found format {found!r}, expected "{FORMAT}"')
        for name in ("input_shape", "layers"):
            if name not in file.attrs and name not in file:
                raise StudyError(f"{path}: {name} is missing; the README has the format")
        input_shape = tuple(int(size) for size in np.atleast_1d(file.attrs["input_shape"]))
        layers = tuple(
            _read_layer(path, name, file["layers"][name]) for name in sorted(file["layers"])
        )
    attributes = files.read_attributes(path)
    for name in ("format", "input_shape"):
        attributes.pop(name)
    network = Network(input_shape, layers, attributes)
    _check_shapes(path, network)
    return network


def _read_layer(path, name: str, group: h5py.Group) -> Layer:
    where = f"{path}: layers/{name}"
    kind = group.attrs.get("kind")
    if kind not in KINDS:
        raise StudyError(f"{where}: found kind {kind!r}, expected one of {', '.join(KINDS)}")
    values: dict[str, Any] = {}
    for attribute in _OWN_ATTRIBUTES[kind]:
        if attribute not in group.attrs:
            raise StudyError(f"{where}: a {kind} layer needs the attribute {attribute!r}")
        value = group.attrs[attribute]
        is_pair = attribute in ("strides", "pool_size")
        values[attribute] = tuple(int(v) for v in value) if is_pair else str(value)
    if kind in WITH_WEIGHTS:
        for dataset in ("kernel", "bias"):
            if dataset not in group:
                raise StudyError(f"{where}: a {kind} layer needs the dataset {dataset!r}")
            values[dataset] = group[dataset][()].astype(np.float32, copy=False)
            if not np.isfinite(values[dataset]).all():
                raise StudyError(f"{where}/{dataset}: found weights that are not finite")
        kernel, bias = values["kernel"], values["bias"]
        if kernel.ndim != _KERNEL_DIMENSIONS[kind] or bias.shape != kernel.shape[-1:]:
            raise StudyError(
                f"{where}: found kernel {kernel.shape} and bias {bias.shape}, expected "
                f"{_KERNEL_DIMENSIONS[kind]} kernel dimensions, the last as long as the bias"
            )
    return Layer(kind, **values)


def _check_shapes(path, network: Network) -> None:
    if not network.weighted_layers:
        raise StudyError(f"{path}: found no dense or conv2d layer, expected at least one")
    if not network.is_mlp:
        return
    n_in = int(np.prod(network.input_shape))
    for number, kernel in enumerate(network.kernels):
        if kernel.shape[0] != n_in:
            raise StudyError(
                f"{path}: dense layer {number} takes {kernel.shape[0]} values, "
                f"but what comes before it has {n_in}"
            )
        n_in = kernel.shape[1]
