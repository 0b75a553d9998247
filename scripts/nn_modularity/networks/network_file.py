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
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from nn_modularity import files
from nn_modularity.errors import StudyError
from nn_modularity.networks import stored_arrays
from nn_modularity.networks.layers import KINDS, Layer
from nn_modularity.networks.network import Network, arrays

FORMAT = "nn-modularity/network-2"
MOST_LAYERS = 100_000


def write(path: str | Path, network: Network) -> None:
    """Write a network file, atomically; the bytes depend on the content alone."""
    digits = max(2, len(str(len(network.layers) - 1)))
    with files.atomic(path) as temporary, h5py.File(temporary, "w") as file:
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


def read(path: str | Path) -> Network:
    """Read and check a network file of the second version.

    Raises
    ------
    StudyError
        If the file is not in the format, says what the format doesn't know, claims more than it
        holds or than a network may have, or if layers don't fit together. The message names the
        layer.
    """
    with files.open_h5(path) as file:
        found = _attribute(file.attrs["format"]) if "format" in file.attrs else None
        if found != FORMAT:
            raise StudyError(f'{path}: found format {found!r}, expected "{FORMAT}"')
        groups = _groups(path, file)
        room = stored_arrays.LARGEST
        layers = []
        for position, (number, group) in enumerate(groups.items()):
            where = f"{path}: layers/{number}"
            try:
                numbers = {int(name): place for place, name in enumerate(groups)}
                layers.append(_layer(group, position, numbers, room))
            except StudyError as error:
                raise StudyError(f"{where}: {error}") from None
            room -= sum(array.nbytes for _, array in arrays(layers[-1]))
        attributes = {name: _attribute(value) for name, value in file.attrs.items()}
    attributes.pop("format")
    try:
        return Network(tuple(layers), attributes)
    except StudyError as error:
        raise StudyError(f"{path}: {error}") from None


def _groups(path, file: h5py.File) -> dict[str, h5py.Group]:
    """Groups of the layers by name, in the order of their numbers."""
    _check_links(path, file)
    if set(file) != {"layers"} or not isinstance(file["layers"], h5py.Group):
        raise StudyError(f"{path}: found {sorted(file)}, expected a group layers alone")
    names = list(file["layers"])
    _check_links(path, file["layers"])
    if not names or len(names) > MOST_LAYERS:
        raise StudyError(f"{path}: found {len(names):,} layers, expected 1 to {MOST_LAYERS:,}")
    wrong = [name for name in names if not (name.isascii() and name.isdigit())]
    if wrong or len({int(name) for name in names}) < len(names):
        raise StudyError(
            f"{path}: found layers {', '.join(wrong[:3] or names[:3])}, expected a number each: "
            "00, 01, …"
        )
    return {name: file["layers"][name] for name in sorted(names, key=int)}


def _check_links(path, group: h5py.Group) -> None:
    """Every name stands for something in this file."""
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise StudyError(
                f"{path}: {group.name.rstrip('/')}/{name} is a link to elsewhere, expected the "
                "content itself"
            )


def _layer(group: h5py.Group, position: int, numbers: Mapping[int, int], room: int) -> Layer:
    """Read one layer, of at most `room` bytes."""
    if not isinstance(group, h5py.Group):
        raise StudyError("found an array, expected a group")
    _check_links("this layer", group)
    given = {name: _attribute(value) for name, value in group.attrs.items()}
    kind = given.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise StudyError(f"found kind {kind!r}, expected one of {', '.join(KINDS)}")
    known = {each.name: each for each in fields(KINDS[kind])}
    for names, what, is_mine in (
        (given, "attribute", lambda each: not _is_array(each.type)),
        (group, "array", lambda each: _is_array(each.type)),
    ):
        mine = [name for name, each in known.items() if is_mine(each)]
        for name in sorted(set(names) - set(mine)):
            raise StudyError(
                f"found the {what} {name!r}, but {kind} has {', '.join(mine) or 'none'}"
            )
    values: dict[str, Any] = {}
    for name, each in known.items():
        if name in group:
            dtype = np.int64 if name == "places" else np.float32
            values[name] = stored_arrays.read(group[name], name, dtype, room)
            room -= values[name].nbytes
        elif name in given:
            values[name] = _value(given[name], each.type, name)
        elif each.default is MISSING:
            raise StudyError(f"{kind} needs {name!r}")
    if "inputs" not in given and kind != "input":
        values["inputs"] = (position - 1,)
    else:
        values["inputs"] = tuple(_place(number, numbers) for number in values.get("inputs", ()))
    return KINDS[kind](**values)


def _place(number: int, numbers: Mapping[int, int]) -> int:
    if number not in numbers:
        raise StudyError(f"takes the output of layer {number}, which isn't there")
    return numbers[number]


def _attribute(value: Any) -> Any:
    """An attribute as Python has it."""
    if isinstance(value, np.generic):
        value = value.item()
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _value(value: Any, wanted: Any, name: str) -> Any:
    """An attribute of the type that the layer's kind wants."""
    options = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    for option in options:
        if option is str and isinstance(value, str):
            return value
        if option is bool and isinstance(value, (bool, int)) and value in (0, 1):
            return bool(value)
        if option is int and _is_whole(value):
            return int(value)
        if option is float and isinstance(value, (int, float)) and np.isfinite(value):
            return float(value)
        if typing.get_origin(option) is tuple:
            numbers = np.asarray(value)
            n_axes = 2 if typing.get_origin(typing.get_args(option)[0]) is tuple else 1
            if numbers.dtype.kind in "iu" and numbers.ndim == n_axes:
                return _nested(numbers.tolist())
            if numbers.size == 0:
                return ()
    readable = str(wanted).replace("<class '", "").replace("'>", "")
    raise StudyError(f"found {name} {value!r}, expected {readable}")


def _nested(numbers: list) -> tuple:
    return tuple(tuple(one) if isinstance(one, list) else one for one in numbers)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_array(wanted: Any) -> bool:
    return wanted is np.ndarray or np.ndarray in typing.get_args(wanted)


def _stored(array: np.ndarray) -> str:
    return "i8" if array.dtype.kind in "iu" else "f4"
