"""Keras's files, read without Keras: the description of the layers and their weights.

Nothing that a file says is executed.
"""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from nn_modularity import files
from nn_modularity.errors import StudyError
from nn_modularity.networks import stored_arrays

LARGEST_DESCRIPTION = 2**26
CHUNK = 2**20


@dataclass(frozen=True, eq=False)
class KerasFile:
    """A Keras model as its file has it.

    Attributes
    ----------
    description : dict
        What Keras calls the model's config.
    store : h5py.Group
        Where the weights are.
    is_legacy : bool
        Whether weights are named as in ``.h5`` files, by the layers' own names.
    """

    description: dict[str, Any]
    store: h5py.Group
    is_legacy: bool

    def weights(self, places: Sequence[Place], parts: Sequence[str] = ()) -> list[np.ndarray]:
        """Weights of a layer, in the order in which Keras made them.

        Parameters
        ----------
        places : sequence of Place
            The models that the layer is in, then the layer.
        parts : sequence of str
            Names of layers within the layer that hold the weights.
        """
        found = self._by_name(places) if self.is_legacy else self._by_kind(places, parts)
        return [stored_arrays.read(dataset, name) for name, dataset in found]

    def _by_name(self, places: Sequence[Place]) -> list[tuple[str, h5py.Dataset]]:
        group = self.store.get(places[0].name)
        if group is None:
            return []
        names = [_text(name) for name in group.attrs.get("weight_names", [])]
        wanted = places[-1].name
        return [
            (name, _own(group, name))
            for name in names
            if len(places) == 1 or wanted in name.split(":")[0].split("/")[:-1]
        ]

    def _by_kind(self, places, parts) -> list[tuple[str, h5py.Dataset]]:
        path = "/".join(f"layers/{place.by_kind}" for place in places)
        found = []
        for part in parts or [""]:
            inner = f"{path}/{part}/vars" if part else f"{path}/vars"
            if inner not in self.store:
                continue
            group = _own(self.store, inner)
            found += [(f"{inner}/{name}", _own(group, name)) for name in sorted(group, key=int)]
        return found


@dataclass(frozen=True)
class Place:
    """How a layer is called where it is.

    Attributes
    ----------
    name : str
        Its own name.
    by_kind : str
        Its class in snake case, counted from the second of a kind on: ``dense``, ``dense_1``.
    """

    name: str
    by_kind: str


def counted_names(classes: Sequence[str]) -> list[str]:
    """What ``.keras`` files call layers of these classes, in the order of their model."""
    seen: dict[str, int] = {}
    found = []
    for name in classes:
        name = re.sub(r"\W+", "", name)
        name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
        name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
        seen[name] = seen.get(name, -1) + 1
        found.append(f"{name}_{seen[name]}" if seen[name] else name)
    return found


@contextmanager
def open_file(path: str | Path) -> Iterator[KerasFile]:
    """Open a ``.keras`` or ``.h5`` file.

    Raises
    ------
    StudyError
        If it is no whole Keras model.
    """
    path = Path(path)
    if not path.is_file():
        raise StudyError(f"{path}: no such file; expected a Keras model there")
    if zipfile.is_zipfile(path):
        with _open_archive(path) as found:
            yield found
        return
    with files.open_h5(path) as file:
        if "model_config" not in file.attrs or "model_weights" not in file:
            raise StudyError(
                f"{path}: found weights alone, expected a whole model; save it by "
                '`model.save("network.keras")`'
            )
        description = _parsed(path, _text(file.attrs["model_config"]))
        yield KerasFile(description, _own(file, "model_weights"), True)


@contextmanager
def _open_archive(path: Path) -> Iterator[KerasFile]:
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryFile() as unpacked:
        for name, most in (
            ("config.json", LARGEST_DESCRIPTION),
            ("model.weights.h5", stored_arrays.LARGEST),
        ):
            if name not in archive.namelist():
                raise StudyError(f"{path}: found no {name}, expected a Keras model")
            entry = archive.getinfo(name)
            if entry.file_size > min(most, stored_arrays.MOST_PACKED * (entry.compress_size + 1)):
                raise StudyError(
                    f"{path}: {name} claims {entry.file_size:,} bytes of {entry.compress_size:,}"
                )
        try:
            description = _parsed(path, archive.read("config.json").decode(errors="replace"))
            with archive.open("model.weights.h5") as packed:
                while chunk := packed.read(CHUNK):
                    unpacked.write(chunk)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise StudyError(f"{path}: can't be unpacked: {error}; save it again") from None
        try:
            file = h5py.File(unpacked, "r")
        except OSError:
            raise StudyError(f"{path}: model.weights.h5 is not HDF5; save it again") from None
        with file:
            yield KerasFile(description, file, False)


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        description = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StudyError(f"{path}: can't read the description of the layers: {error}") from None
    if not isinstance(description, dict) or not isinstance(description.get("config"), dict):
        raise StudyError(f"{path}: found no description of layers, expected a Keras model")
    return description


def _own(group: h5py.Group, name: str) -> Any:
    """What a name stands for in this file itself."""
    for part in name.strip("/").split("/"):
        if not isinstance(group, h5py.Group) or part not in group:
            raise StudyError(f"the weights {name!r} are missing; save the network again")
        if not isinstance(group.get(part, getlink=True), h5py.HardLink):
            raise StudyError(f"{name}: is a link to elsewhere, expected the weights themselves")
        group = group[part]
    return group


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
