"""What is wrong with a configuration, in a readable line a mistake."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError


def unknown(where: str, what: str, found: str, known: Iterable[str]) -> str:
    """The line for a name that nothing has."""
    return f'{where}: unknown {what} "{found}"{hint(found, known)}'


def hint(found: str, known: Iterable[str]) -> str:
    """What the user may have meant; or all that is known."""
    known = list(known)
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(str(found).lower(), by_lower, n=1)
    if close:
        return f'; did you mean "{by_lower[close[0]]}"?'
    return f"; expected one of {', '.join(known)}" if len(known) <= 50 else ""


def unquoted_keys(found: Any, where: str = "") -> Iterator[str]:
    """A line for each key that YAML doesn't read as text."""
    if isinstance(found, Mapping):
        for key, value in found.items():
            if not isinstance(key, str):
                yield (
                    f"{where or 'top level'}: found the key {key!r}, of type {type(key).__name__}; "
                    "expected text: write it in quotes, for YAML reads NO, yes, 1 and dates as "
                    "something else"
                )
            yield from unquoted_keys(value, f"{where}.{key}".lstrip("."))


def mistake(message: str) -> PydanticCustomError:
    """A mistake that a validator of ours found, said in our words."""
    return PydanticCustomError("mistake", "{message}", {"message": message})


def lines(error: ValidationError, source: str) -> Iterable[str]:
    """One line a mistake: file, key, what was found, what was expected."""
    for each in error.errors(include_url=False):
        path = [str(step) for step in each["loc"]]
        if path[:1] and path[0] in _TAGGED and len(path) > 2:
            del path[2]  # pydantic's name of the chosen class; the file doesn't have it
        where = f"{'.'.join(path)}: " if path else ""
        if each["type"] == "mistake":
            for line in each["msg"].splitlines():
                yield f"{source}: {where}{line}"
        elif each["type"] == "missing":
            yield f"{source}: {where}is missing, but required"
        elif each["type"] == "literal_error":
            known = re.findall("'([^']+)'", each["ctx"]["expected"])
            yield f"{source}: {where}found {_short(each['input'])}{hint(each['input'], known)}"
        else:
            message = each["msg"][0].lower() + each["msg"][1:]
            yield f"{source}: {where}found {_short(each['input'])}; {message}"


_TAGGED = ("datasets", "networks", "models")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}…"
