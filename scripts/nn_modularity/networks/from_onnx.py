"""Networks from ONNX files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nn_modularity import errors
from nn_modularity.errors import StudyError
from nn_modularity.networks import layers, onnx_model, onnx_operators, recognition
from nn_modularity.networks.arranging import Arrangement, Value
from nn_modularity.networks.merging import merged
from nn_modularity.networks.network import Network

TRIAL_IMAGES = 2


@dataclass(frozen=True, eq=False)
class Imported:
    """A network that was read, and what it was read from.

    Attributes
    ----------
    network : Network
    original : onnx_model.Model
        The part of the model that it stands for.
    notes : tuple of str
        What was dropped or rewritten.
    """

    network: Network
    original: onnx_model.Model
    notes: tuple[str, ...]


def read(
    path: str | Path,
    input_shape: Sequence[int] | None = None,
    start: str | None = None,
    stop: str | None = None,
    external_data: bool = False,
) -> Imported:
    """Read a network of an ONNX file.

    Parameters
    ----------
    path : path
    input_shape : sequence of int, optional
        Shape of one image, where the model leaves it open.
    start, stop : str, optional
        Tensors to take as the network's input and output; the model's own unless given.
    external_data : bool
        Whether weights may come from files beside the model.

    Returns
    -------
    Imported

    Raises
    ------
    StudyError
        If something has no layer here; the message names the operator and a way on.
    """
    with errors.at(path):
        try:
            return _read(Path(path), input_shape, start, stop, external_data)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # What a spoiled model holds instead of names and numbers shows where it is used.
            reason = " ".join(str(error).split())
            raise StudyError(
                f"can't be read ({type(error).__name__}: {reason}); export the network again"
            ) from error


def _read(path: Path, input_shape, start, stop, external_data: bool) -> Imported:
    whole = onnx_model.load(path, external_data)
    model = onnx_model.part(whole, start, stop)
    notes = [f"left out the output {name!r}" for name in whole.outputs if name not in model.outputs]
    n_left = len(whole.nodes) - len(model.nodes)
    notes += [f"left out {n_left} operators that the output doesn't need"] if n_left else []
    name, shape = _input(model, input_shape)
    rewritten_model, rewritten = recognition.rewrite(model)
    fixed = (model.inputs[name] or (None,))[0]
    try:
        graph, output, read_notes = _graph(rewritten_model, name, shape, fixed or TRIAL_IMAGES)
    except StudyError as error:
        if fixed:
            raise
        try:  # some models say that they take any number of images, and are made for one
            graph, output, read_notes = _graph(rewritten_model, name, shape, 1)
        except StudyError:
            raise error from None
    graph, joined = merged(graph, output)
    return Imported(Network(graph), model, (*notes, *rewritten, *read_notes, *joined))


def _input(model: onnx_model.Model, wanted: Sequence[int] | None):
    """Name of the one input, and the shape of an image."""
    if len(model.inputs) != 1:
        raise StudyError(
            f"found the inputs {', '.join(model.inputs) or 'none'}, expected one; say "
            "`start:` and `stop:`, tensors between which one leads to the other"
        )
    ((name, shape),) = model.inputs.items()
    own = None if shape is None else shape[1:]
    if wanted is None:
        if own is None or None in own or not own:
            readable = "an unknown shape" if own is None else own
            raise StudyError(
                f"the input {name!r} has {readable} (None: open) after its images; say "
                "`input_shape: […]`, the shape of one image"
            )
        return name, own
    wanted = tuple(int(size) for size in wanted)
    fits = own is None or (
        len(own) == len(wanted)
        and all(size in (None, length) for size, length in zip(own, wanted, strict=True))
    )
    if not fits:
        raise StudyError(f"found input_shape {wanted}, but {name!r} has {own} (None: open)")
    return name, wanted


def _graph(model: onnx_model.Model, name: str, shape, n_images: int):
    """Layers of a model as it stands, and the number of the one that makes its output."""
    arrangement = Arrangement(n_images)
    reading = onnx_operators.Reading(arrangement, model.opset)
    tensors: dict[str, onnx_operators.Tensor] = dict(model.constants)
    tensors[""] = None
    tensors[name] = arrangement.whole(arrangement.add(layers.Input(shape, name=name)))
    last_use = {each: place for place, node in enumerate(model.nodes) for each in node.input}
    (output,) = model.outputs
    for place, node in enumerate(model.nodes):
        missing = [each for each in node.input if each not in tensors]
        if missing:
            raise StudyError(
                f"{onnx_model.title(node)}: takes {missing[0]!r}, which nothing before it makes"
            )
        inputs = [tensors[each] for each in node.input]
        made = onnx_operators.apply(reading, node, inputs)
        tensors.update(zip(node.output, made, strict=False))
        for each in node.input:
            if each and last_use[each] == place and each != output:
                tensors.pop(each, None)
    value = tensors[output]
    if not isinstance(value, Value):
        what = "is made by multiplying tensors" if value is not None else "isn't made"
        what = "doesn't depend on the image" if isinstance(value, np.ndarray) else what
        raise StudyError(f"the output {output!r} {what}; say another one by `stop:`")
    return arrangement.layers, arrangement.natural(value), reading.notes
