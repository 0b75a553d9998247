"""The network file, second version: a graph of layers in HDF5.

Root attribute ``format = "nn-modularity/network-2"``; every other root attribute is what is known
of the network. A group a layer, ``layers/00``, ``layers/01``, … in the order of the numbers, with
the attribute ``kind`` and those that the kind has (`nn_modularity.networks.layers`), arrays as
datasets. ``inputs`` are the numbers of the layers whose outputs it takes; left out, the one before.
"""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields
from math import isfinite
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from nn_modularity import errors, files, untrusted
from nn_modularity.errors import StudyError
from nn_modularity.networks import weights
from nn_modularity.networks.layers import KINDS, Layer
from nn_modularity.networks.network import Network, arrays

FORMAT = "nn-modularity/network-2"
MOST_LAYERS = 100_000


def write(path: str | Path, network: Network) -> None:
    """Write a network file, atomically; the bytes depend on the content alone."""
    digits = max(2, len(str(len(network.layers) - 1)))
    with files.new_h5(path) as file:
        file.attrs["format"] = FORMAT
        file.attrs.update(network.attributes)
        for number, layer in enumerate(network.layers):
            group = file.create_group(f"layers/{number:0{digits}d}")
            group.attrs["kind"] = layer.kind
            for name, array in arrays(layer):
                group.create_dataset(name, data=array, dtype=_stored(array), track_times=False)
            for each in fields(layer):
                value = getattr(layer, each.name)
                if value is None or isinstance(value, np.ndarray):
                    continue
                is_plain = isinstance(value, (str, bool, int, float))
                group.attrs[each.name] = value if is_plain else np.asarray(value, np.int64)


def read(path: str | Path, advice: str = weights.WRITE_ANEW) -> Network:
    """Read and check a network file of the second version.

    Parameters
    ----------
    path : path
    advice : str
        How to go on where the file can't be read at all.

    Raises
    ------
    StudyError
        If the file is not in the format, says what the format doesn't know, claims more than it
        holds or than a network may have, or if layers don't fit together. The message names the
        layer.
    """
    with files.open_h5(path, advice) as file, errors.at(path):
        found = untrusted.attribute(file, "format")
        if found != FORMAT:
            raise StudyError(f'found format {untrusted.shown(found)}, expected "{FORMAT}"')
        groups = _groups(file)
        numbers = {number: place for place, number in enumerate(groups)}
        room = untrusted.LARGEST
        layers = []
        for place, (number, group) in enumerate(groups.items()):
            with errors.at(f"layers/{number:02d}"):
                layers.append(_layer(group, place, numbers, room))
            room -= sum(array.nbytes for _, array in arrays(layers[-1]))
        return Network(tuple(layers), weights.known(file, but=("format",)))


def version(path: str | Path, advice: str = weights.WRITE_ANEW) -> int:
    """Version of a network file: 2, or else 1, whose reader says what is wrong with others."""
    with files.open_h5(path, advice) as file, errors.at(path):
        return 2 if untrusted.attribute(file, "format") == FORMAT else 1


def read_any(path: str | Path, advice: str = weights.WRITE_ANEW) -> weights.Network | Network:
    """Read a network file of either version."""
    return read(path, advice) if version(path, advice) == 2 else weights.read(path, advice)


def _groups(file: h5py.File) -> dict[int, h5py.Group]:
    """Groups of the layers by their numbers, in order."""
    if set(file) != {"layers"}:
        raise StudyError(f"found {sorted(file)[:5]}, expected a group layers alone")
    whole = untrusted.group(file, "layers")
    names = list(whole)
    if not names or len(names) > MOST_LAYERS:
        raise StudyError(f"layers: found {len(names):,}, expected 1 to {MOST_LAYERS:,}")
    wrong = [name for name in names if not (name.isascii() and name.isdigit() and len(name) < 19)]
    if wrong or len({int(name) for name in names}) < len(names):
        shown = untrusted.shown(wrong[:1] or names)
        raise StudyError(f"layers: found {shown}, expected a number of its own each: 00, 01, …")
    return {int(name): untrusted.group(whole, name) for name in sorted(names, key=int)}


def _layer(group: h5py.Group, place: int, numbers: Mapping[int, int], room: int) -> Layer:
    """Read one layer, of at most `room` bytes."""
    kind = untrusted.attribute(group, "kind")
    if not isinstance(kind, str) or kind not in KINDS:
        shown = untrusted.shown(kind)
        raise StudyError(f"found kind {shown}, expected one of {', '.join(KINDS)}")
    known = {each.name: each for each in fields(KINDS[kind])}
    of_arrays = [name for name, each in known.items() if _is_array(each.type)]
    of_attributes = [name for name in known if name not in of_arrays]
    for names, what, own in (
        (group.attrs, "attribute", ["kind", *of_attributes]),
        (group, "array", of_arrays),
    ):
        for name in sorted(set(names) - set(own)):
            shown = untrusted.shown(name)
            raise StudyError(f"found the {what} {shown}, but {kind} has {', '.join(own) or 'none'}")
    values: dict[str, Any] = {}
    for name, each in known.items():
        if name in group:
            dtype = np.int64 if name == "places" else np.float32
            values[name] = untrusted.array(group, name, dtype, room)
            room -= values[name].nbytes
        elif name in group.attrs:
            values[name] = _value(untrusted.attribute(group, name), each.type, name)
        elif each.default is MISSING:
            raise StudyError(f"{kind} needs {name!r}")
    if "inputs" not in values and kind != "input":
        values["inputs"] = (place - 1,)
    else:
        values["inputs"] = tuple(_place(number, numbers) for number in values.get("inputs", ()))
    return KINDS[kind](**values)


def _place(number: int, numbers: Mapping[int, int]) -> int:
    if number not in numbers:
        raise StudyError(f"takes the output of layer {number}, which isn't there")
    return numbers[number]


def _value(value: Any, wanted: Any, name: str) -> Any:
    """An attribute of the type that the layer's kind wants."""
    options = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    for option in options:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if option is str and isinstance(value, str):
            return value
        if option is bool and isinstance(value, (bool, int)) and value in (0, 1):
            return bool(value)
        if option is int and is_number and untrusted.whole_numbers(value):
            return int(value)
        if option is float and is_number and isfinite(value):
            return float(value)
        if typing.get_origin(option) is tuple and not isinstance(value, (str, bool, tuple)):
            found = _numbers(value, typing.get_origin(typing.get_args(option)[0]) is tuple)
            if found is not None:
                return found
    expected = str(wanted).replace("<class '", "").replace("'>", "")
    raise StudyError(f"found {name} {untrusted.shown(value)}, expected {expected}")


def _numbers(value: Any, in_pairs: bool) -> tuple | None:
    """Whole numbers, or pairs of them; None where the value is no such."""
    array = np.asarray(value)
    if array.size == 0:
        return ()
    numbers = untrusted.whole_numbers(array)
    if numbers is None or array.ndim > 2 or (array.ndim == 2) != in_pairs:
        return None
    return tuple(zip(numbers[::2], numbers[1::2], strict=True)) if in_pairs else numbers


def _is_array(wanted: Any) -> bool:
    return wanted is np.ndarray or np.ndarray in typing.get_args(wanted)


def _stored(array: np.ndarray) -> str:
    return "i8" if array.dtype.kind in "iu" else "f4"
