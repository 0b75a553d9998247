"""Networks from Keras's files, without Keras and without running anything of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nn_modularity.errors import StudyError
from nn_modularity.networks import keras_files, keras_layers, layers
from nn_modularity.networks.arranging import Arrangement
from nn_modularity.networks.keras_files import KerasFile, Place
from nn_modularity.networks.merging import merged
from nn_modularity.networks.network import Network

MODELS = ("Sequential", "Functional", "Model")
MOST_NESTED = 20


def read(
    path: str | Path, input_shape: Sequence[int] | None = None
) -> tuple[Network, tuple[str, ...]]:
    """Read a Sequential or functional model of a ``.keras`` or ``.h5`` file.

    Parameters
    ----------
    path : path
    input_shape : sequence of int, optional
        Shape of one image, where the model leaves it open.

    Returns
    -------
    network : Network
    notes : tuple of str
        What was dropped or rewritten.

    Raises
    ------
    StudyError
        If a layer is not known here; the message names it and a way on.
    """
    with keras_files.open_file(path) as file:
        try:
            walk = _Walk(file, tuple(input_shape) if input_shape else None)
            output = walk.model(file.description, (), None)
            graph, joined = merged(walk.arrangement.layers, output)
            return Network(graph), (*walk.notes, *joined)
        except StudyError as error:
            raise StudyError(f"{path}: {error}") from None
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise StudyError(
                f"{path}: can't read the description of the layers ({type(error).__name__}: "
                f"{error}); save the network again with Keras 3"
            ) from None


@dataclass
class _Walk:
    """A walk over a model's layers, those of models within it included."""

    file: KerasFile
    input_shape: layers.Shape | None
    arrangement: Arrangement = field(default_factory=lambda: Arrangement(1))
    notes: list[str] = field(default_factory=list)

    def model(self, description: dict, outer: tuple[Place, ...], source: int | None) -> int:
        """Layers of a model; `source` is what it takes, None for the network's input."""
        kind, config = description.get("class_name"), description["config"]
        if kind not in MODELS:
            raise StudyError(
                f"found a model of the class {kind}, expected a Sequential or functional one"
            )
        if len(outer) > MOST_NESTED:
            raise StudyError(f"found models nested {len(outer)} deep, expected fewer")
        found = config["layers"]
        names = keras_files.counted_names([each["class_name"] for each in found])
        places = {
            _name(each): (*outer, Place(_name(each), name))
            for each, name in zip(found, names, strict=True)
        }
        if kind == "Sequential":
            return self._sequential(found, places, source)
        return self._functional(config, places, source)

    def _sequential(self, found: list[dict], places, source: int | None) -> int:
        number = source
        for each in found:
            if each["class_name"] == "InputLayer":
                number = self._input(each["config"]) if number is None else number
                continue
            if number is None:
                number = self._input(each["config"])
            number = self._layer(each, places[_name(each)], (number,), {})
        if number is None:
            raise StudyError("found a model without layers")
        return number

    def _functional(self, config: dict, places, source: int | None) -> int:
        by_name = {_name(each): each for each in config["layers"]}
        (first, *others) = _histories(config["input_layers"])
        if others:
            names = ", ".join(name for name, _, _ in (first, *others))
            raise StudyError(f"found the inputs {names}, expected a network of one input")
        outputs = list(_histories(config["output_layers"]))
        self.notes += [f"left out the output {name!r}" for name, _, _ in outputs[1:]]
        made: dict[tuple[str, int], int] = {}
        waiting = [outputs[0][:2]]
        while waiting:
            name, call = waiting[-1]
            if (name, call) in made:
                waiting.pop()
                continue
            if len(waiting) > 10 * len(by_name) + 10:
                raise StudyError("found layers that take each other")
            each = by_name[name]
            if name == first[0]:
                made[name, call] = self._input(each["config"]) if source is None else source
                continue
            taken, options = _arguments(each["inbound_nodes"][call])
            missing = [one for one in taken if isinstance(one, tuple) and one not in made]
            if missing:
                waiting += missing
                continue
            inputs = tuple(made[one] if isinstance(one, tuple) else one for one in taken)
            if call:
                self.notes.append(f"{name!r} is used {call + 1} times: read as so many layers")
            made[name, call] = self._layer(each, places[name], inputs, options)
        return made[outputs[0][:2]]

    def _input(self, config: dict) -> int:
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        if shape is None and self.input_shape is None:
            raise StudyError("found no shape of the input; say `input_shape: […]`")
        own = tuple(shape[1:]) if shape is not None else self.input_shape
        wanted = self.input_shape or own
        if len(wanted) != len(own) or any(
            n not in (None, m) for n, m in zip(own, wanted, strict=True)
        ):
            raise StudyError(f"found input_shape {wanted}, but the model takes {own}")
        if None in wanted:
            raise StudyError(
                f"the input has {own} (None: open); say `input_shape: […]`, the shape of one image"
            )
        return self.arrangement.add(layers.Input(wanted, name=str(config.get("name", ""))))

    def _layer(self, each: dict, places: tuple[Place, ...], inputs, options: dict) -> int:
        kind, config = each["class_name"], each["config"]
        try:
            if kind in MODELS:
                (source,) = inputs
                return self.model(each, places, source)
            if kind in keras_layers.DROPPED:
                self.notes.append(f'dropped {kind} "{_name(each)}", which does nothing in use')
            call = keras_layers.Call(
                {**config, "class": kind},
                inputs,
                options,
                lambda parts=(): self.file.weights(places, parts),
                self.arrangement,
            )
            return keras_layers.apply(kind, call)
        except StudyError as error:
            raise StudyError(f'{kind} "{_name(each)}": {error}') from None


def _name(each: dict) -> str:
    return each["config"].get("name") or each.get("name") or ""


def _histories(found: Any) -> Iterator[tuple[str, int, int]]:
    """(layer, call, output) of each tensor that is named, however deep it is nested."""
    if isinstance(found, dict):
        for each in found.values():
            yield from _histories(each)
        return
    is_one = isinstance(found, list) and len(found) >= 3 and isinstance(found[0], str)
    if is_one and isinstance(found[1], int):
        yield found[0], int(found[1]), int(found[2])
        return
    for each in found:
        yield from _histories(each)


def _arguments(node: Any) -> tuple[list[tuple[str, int] | float], dict[str, Any]]:
    """What a layer is called with: tensors as (layer, call), numbers, and options."""
    if isinstance(node, dict):  # Keras 3
        options = dict(node.get("kwargs", {}))
        taken = list(_tensors(node.get("args", [])))
        for name in ("inputs", "query", "value", "key", "x1", "x2"):
            taken += _tensors([options[name]] if options.get(name) is not None else [])
        return taken, options
    taken, options = [], {}
    for name, call, _, *more in node:  # Keras 2: a list a tensor
        taken.append((name, int(call)))
        options.update(more[0] if more else {})
    for name in ("value", "key", "y"):
        extra = options.get(name)
        if isinstance(extra, list) and len(extra) == 3 and isinstance(extra[0], str):
            taken.append((extra[0], int(extra[1])))
        elif isinstance(extra, (int, float)) and not isinstance(extra, bool):
            taken.append(float(extra))
    return taken, options


def _tensors(found: Any) -> Iterator[tuple[str, int] | float]:
    if isinstance(found, dict):
        if found.get("class_name") == "__keras_tensor__":
            name, call, _ = found["config"]["keras_history"]
            yield name, int(call)
        return
    if isinstance(found, (list, tuple)):
        for each in found:
            yield from _tensors(each)
    elif isinstance(found, (int, float)) and not isinstance(found, bool):
        yield float(found)
