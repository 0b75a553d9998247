"""Networks of any framework, by the ending and the content of their file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from nn_modularity import files
from nn_modularity.errors import StudyError
from nn_modularity.networks import chains, network_file, weights
from nn_modularity.networks.layers import Embedding
from nn_modularity.networks.network import Network

if TYPE_CHECKING:
    from nn_modularity.networks import onnx_model

ENDINGS = (".h5", ".hdf5", ".keras", ".npz", ".onnx", ".safetensors")

Values: TypeAlias = float | np.ndarray

PIXELS = 1 / 255
"""What the study's networks see of a pixel."""


@dataclass(frozen=True, eq=False)
class Imported:
    """A network that was read.

    Attributes
    ----------
    network : Network
    framework : {"ONNX", "Keras", "weights", "network file"}
        What its file is of.
    chain : weights.Network or None
        The same network as a network file of the first version has it.
    original : onnx_model.Model or None
        The part of an ONNX model that it stands for.
    notes : tuple of str
        What was dropped or rewritten.
    """

    network: Network
    framework: str
    notes: tuple[str, ...] = ()
    original: onnx_model.Model | None = None
    chain: weights.Network | None = None


def read(
    path: str | Path,
    *,
    input_shape: Sequence[int] | None = None,
    layers: Sequence[Any] | None = None,
    start: str | None = None,
    stop: str | None = None,
    external_data: bool = False,
) -> Imported:
    """Read a network.

    Parameters
    ----------
    path : path
        ``.onnx``; ``.keras`` or Keras's ``.h5``; ``.safetensors`` or ``.npz`` of PyTorch; a network
        file of either version, ``.h5``.
    input_shape : sequence of int, optional
        Shape of one image, where the file leaves it open; weights alone always do.
    layers : sequence, optional
        Description of the layers of weights alone, see `from_weights`.
    start, stop : str, optional
        Tensors of an ONNX model to take as input and output.
    external_data : bool
        Whether an ONNX model's weights may come from files beside it.

    Raises
    ------
    StudyError
        If the file can't be read, or a setting is not for files of its kind.
    """
    path = Path(path)
    framework = _framework(path)
    _check_settings(
        path,
        framework,
        {
            "layers": (layers is not None, ("weights",)),
            "input_shape": (input_shape is not None, ("ONNX", "Keras", "weights")),
            "start": (start is not None, ("ONNX",)),
            "stop": (stop is not None, ("ONNX",)),
            "external_data": (external_data, ("ONNX",)),
        },
    )
    # Each reader is imported where its files are read alone: onnx and safetensors cost time.
    if framework == "ONNX":
        from nn_modularity.networks import from_onnx

        found = from_onnx.read(path, input_shape, start, stop, external_data)
        return Imported(found.network, framework, found.notes, found.original)
    if framework == "Keras":
        from nn_modularity.networks import from_keras

        network, notes = from_keras.read(path, input_shape)
        return Imported(network, framework, notes)
    if framework == "weights":
        from nn_modularity.networks import from_weights

        if layers is None or input_shape is None:
            raise StudyError(
                f"{path}: holds weights alone; say `layers: […]`, what the network does with them, "
                'and `input_shape: […]`, the shape of one image (README, "Networks of your own")'
            )
        network, notes = from_weights.read(path, layers, input_shape)
        return Imported(network, framework, notes)
    if network_file.version(path) == 2:
        return Imported(network_file.read(path), framework)
    chain = weights.read(path)
    return Imported(chains.to_graph(chain), framework, chain=chain)


def scaled(
    imported: Imported, scale: float | None, mean: Values = 0.0, std: Values = 1.0
) -> Imported:
    """A network that takes the data's values as they are.

    Parameters
    ----------
    imported : Imported
    scale : float or None
        The network was trained on (x · scale − mean) / std of the data's values x. None is 1/255,
        as the study's networks have it, or 1 where the network itself begins with such a scale or
        takes tokens.
    mean, std : float, or array that fits an image
        In the order of the network's input.

    Raises
    ------
    StudyError
        If a network file is given another scaling than it says itself, or arrays don't fit.
    """
    if imported.framework != "network file":
        return replace(imported, network=_scaled(imported.network, scale, mean, std))
    if scale is not None or np.any(mean) or np.any(np.asarray(std) != 1):
        raise StudyError(
            "import: found the setting `input_scale` or `input_offset` for a network file, which "
            "says its scaling itself; leave it out"
        )
    return imported


def write(path: str | Path, imported: Imported, attributes: Mapping[str, Any]) -> None:
    """Write a network file of what was read: a chain of dense layers in the first version.

    Parameters
    ----------
    path : path
    imported : Imported
    attributes : mapping
        Added to the network's own.
    """
    network = imported.network
    network = Network(network.layers, {**network.attributes, **attributes})
    chain = imported.chain or chains.to_chain(network)
    if chain is None:
        network_file.write(path, network)
    else:
        weights.write(path, replace(chain, attributes=network.attributes))


def _scaled(network: Network, scale: float | None, mean: Values, std: Values) -> Network:
    """The scaling first, then the network's own: one (x · scale − mean) / std."""
    first = network.input
    if scale is None:
        takes_tokens = any(
            isinstance(network.layers[number], Embedding) for number in network.consumers[0]
        )
        scale = 1.0 if takes_tokens or first.scale <= 2 * PIXELS else PIXELS
    mean, std = (_as_input(values, first.shape) for values in (mean, std))
    own_mean, own_std = first.mean, 1 if first.std is None else first.std
    mean = mean * np.float32(first.scale) + (0 if own_mean is None else own_mean * std)
    std = std * own_std
    first = replace(
        first,
        scale=scale * first.scale,
        mean=mean if np.any(mean) else None,
        std=std if np.any(std != 1) else None,
    )
    return Network((first, *network.layers[1:]), network.attributes)


def _as_input(values: Values, shape: Sequence[int]) -> np.ndarray:
    """A number, or one a value of the input, as far as it can be told."""
    array = np.asarray(values, np.float32)
    if array.size in (1, prod(shape)):
        return array.reshape(() if array.size == 1 else shape)
    raise StudyError(f"import: found a mean or std of {array.shape}, expected what fits {shape}")


def summary(network: Network) -> str:
    """Size of a network in words."""
    return (
        f"{len(network.layers):,} layers, {len(network.unit_layers):,} of them with units; "
        f"{network.n_weights:,} weights; {network.n_units:,} neurons; takes {network.input_shape}, "
        f"makes {network.output_shape}"
    )


def _framework(path: Path) -> str:
    if not path.is_file():
        raise StudyError(f"{path}: no such file; expected a network there")
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise StudyError(
            f"{path}: found the ending {ending!r}, expected one of {', '.join(ENDINGS)}"
            + ("; save `state_dict()` as .safetensors or .npz" if ending in _PICKLES else "")
        )
    if ending in (".npz", ".safetensors"):
        return "weights"
    if ending in (".onnx", ".keras"):
        return "ONNX" if ending == ".onnx" else "Keras"
    with files.open_h5(path, weights.WRITE_ANEW) as file:
        return "Keras" if "model_config" in file.attrs else "network file"


_PICKLES = (".pt", ".pth", ".pkl", ".joblib", ".bin", ".ckpt")


def _check_settings(
    path: Path, framework: str, settings: Mapping[str, tuple[bool, Sequence[str]]]
) -> None:
    for name, (is_given, frameworks) in settings.items():
        if is_given and framework not in frameworks:
            raise StudyError(
                f"{path}: found the setting `{name}`, which is for {' and '.join(frameworks)}, but "
                f"this is of the kind: {framework}; leave it out"
            )
