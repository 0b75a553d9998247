"""CIFAR-10's Python batches, read as data.

A pickle is a program, and loading one runs it. A batch needs only a few of its instructions: those
that make numbers, strings, lists, dictionaries and one array of bytes. They are carried out here
on plain values; an instruction or a name other than these ends the reading.
"""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

SIDE = 32
PIXELS = 3 * SIDE**2


class _Mark:
    """Where a list, tuple or dictionary begins on the stack."""


_MARK = _Mark()


@dataclass(eq=False)
class _Name:
    """One of the names that an array's description uses; it stands for itself and is not called."""

    name: str


@dataclass(eq=False)
class _Type:
    """The type of an array's values: unsigned bytes, or not yet known to be."""

    is_complete: bool = False


@dataclass(eq=False)
class _Array:
    """An array that is being described."""

    values: np.ndarray | None = None


_RECONSTRUCT, _ARRAY, _TYPE = _Name("_reconstruct"), _Name("ndarray"), _Name("dtype")
_NAMES = {
    "numpy.core.multiarray _reconstruct": _RECONSTRUCT,
    "numpy._core.multiarray _reconstruct": _RECONSTRUCT,
    "numpy ndarray": _ARRAY,
    "numpy dtype": _TYPE,
}


def decode(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Pixels and classes of a batch.

    Parameters
    ----------
    content : bytes
        A pickled dictionary with ``data``, an array of unsigned bytes (n, 3072), and ``labels``,
        a list of n classes.

    Returns
    -------
    planes : (n, 3072) uint8
        The red, green and blue plane of every image.
    classes : (n,) uint8

    Raises
    ------
    ValueError
        If it is anything else.
    """
    batch = _Machine().run(content)
    if not isinstance(batch, dict):
        raise ValueError("holds no dictionary")
    batch = {key: value for key, value in batch.items() if key in (b"data", b"labels")}
    planes, classes = batch.get(b"data"), batch.get(b"labels")
    if not isinstance(planes, _Array) or planes.values is None or not isinstance(classes, list):
        raise ValueError("holds no array data with a list of labels")
    planes = planes.values
    if planes.shape != (len(classes), PIXELS):
        raise ValueError(f"holds data {planes.shape} with {len(classes):,} labels")
    if not all(type(label) is int and 0 <= label <= 9 for label in classes):
        raise ValueError("holds labels other than 0 to 9")
    return planes, np.array(classes, dtype=np.uint8)


class _Machine:
    """What a pickle's instructions do to a stack of values."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memory: dict[int, Any] = {}

    def run(self, content: bytes) -> Any:
        """Value that the instructions leave."""
        for instruction, argument, position in pickletools.genops(content):
            try:
                if instruction.name == "STOP":
                    (value,) = self.stack
                    return value
                self._step(instruction.name, argument)
            except (IndexError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(
                    f"{instruction.name} at byte {position} has nothing to work on"
                ) from error
        raise ValueError("ends too early")

    def _step(self, name: str, argument: Any) -> None:
        if name in _VALUES:
            self.stack.append(_VALUES[name](argument))
        elif name in _ACTIONS:
            _ACTIONS[name](self, argument)
        else:
            raise ValueError(f"has the instruction {name}, which no batch of images needs")

    def _put(self, argument: Any) -> None:
        self.memory[len(self.memory) if argument is None else argument] = self.stack[-1]

    def _get(self, argument: int) -> None:
        self.stack.append(self.memory[argument])

    def _name(self, argument: str | None) -> None:
        if argument is None:  # STACK_GLOBAL
            name, module = self._pop(bytes), self._pop(bytes)
            argument = f"{module.decode(errors='replace')} {name.decode(errors='replace')}"
        if argument not in _NAMES:
            raise ValueError(f"names {argument!r}, which no batch of images needs")
        self.stack.append(_NAMES[argument])

    def _append(self, _: None) -> None:
        value = self.stack.pop()
        self._top(list).append(value)

    def _appends(self, _: None) -> None:
        values = self._since_mark()
        self._top(list).extend(values)

    def _set_item(self, _: None) -> None:
        value, key = self.stack.pop(), self._pop(bytes)
        self._top(dict)[key] = value

    def _set_items(self, _: None) -> None:
        values = self._since_mark()
        if not all(isinstance(key, bytes) for key in values[::2]):
            raise ValueError("holds a dictionary whose keys are no strings")
        self._top(dict).update(zip(values[::2], values[1::2], strict=True))

    def _tuple(self, length: int | None) -> None:
        if length is None:
            values = self._since_mark()
        else:
            values = [self.stack.pop() for _ in range(length)][::-1]
        self.stack.append(tuple(values))

    def _make(self, _: None) -> None:
        arguments, made = self.stack.pop(), self.stack.pop()
        if made is _RECONSTRUCT and arguments == (_ARRAY, (0,), b"b"):
            self.stack.append(_Array())
        elif made is _TYPE and isinstance(arguments, tuple) and arguments[0] == b"u1":
            self.stack.append(_Type())
        else:
            raise ValueError("makes something other than an array of unsigned bytes")

    def _build(self, _: None) -> None:
        state = self.stack.pop()
        match self.stack[-1], state:
            case _Type() as of_values, tuple():
                of_values.is_complete = True
            case _Array() as array, (1, tuple(shape), _Type(True), bool(is_fortran), bytes(values)):
                is_table = len(shape) == 2 and all(type(n) is int and n >= 0 for n in shape)
                if not is_table or prod(shape) != len(values):
                    raise ValueError("holds an array whose shape doesn't fit its values")
                flat = np.frombuffer(values, np.uint8)
                array.values = flat.reshape(shape, order="F" if is_fortran else "C")
            case _:
                raise ValueError("sets something other than an array of unsigned bytes")

    def _since_mark(self) -> list[Any]:
        values = []
        while (value := self.stack.pop()) is not _MARK:
            values.append(value)
        return values[::-1]

    def _pop(self, kind: type) -> Any:
        value = self.stack.pop()
        if type(value) is not kind:
            raise TypeError
        return value

    def _top(self, kind: type) -> Any:
        if type(self.stack[-1]) is not kind:
            raise TypeError
        return self.stack[-1]


def _as_bytes(value: str | bytes) -> bytes:
    """Strings are bytes here; Python 2's come as text, a character a byte."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else bytes(value)


_VALUES: dict[str, Callable[[Any], Any]] = {
    "MARK": lambda _: _MARK,
    "EMPTY_DICT": lambda _: {},
    "EMPTY_LIST": lambda _: [],
    "EMPTY_TUPLE": lambda _: (),
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    **dict.fromkeys(("BININT", "BININT1", "BININT2"), lambda number: number),
    **dict.fromkeys(("BINSTRING", "SHORT_BINSTRING"), lambda text: text.encode("latin-1")),
    **dict.fromkeys(("BINBYTES", "SHORT_BINBYTES"), _as_bytes),
    **dict.fromkeys(("BINUNICODE", "SHORT_BINUNICODE"), _as_bytes),
}
_ACTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME"), lambda machine, argument: None),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT", "MEMOIZE"), _Machine._put),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), _Machine._get),
    **dict.fromkeys(("GLOBAL", "STACK_GLOBAL"), _Machine._name),
    "APPEND": _Machine._append,
    "APPENDS": _Machine._appends,
    "SETITEM": _Machine._set_item,
    "SETITEMS": _Machine._set_items,
    "TUPLE": _Machine._tuple,
    "TUPLE1": lambda machine, _: machine._tuple(1),
    "TUPLE2": lambda machine, _: machine._tuple(2),
    "TUPLE3": lambda machine, _: machine._tuple(3),
    "REDUCE": _Machine._make,
    "BUILD": _Machine._build,
}
