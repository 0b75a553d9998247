"""What is wrong with a configuration, in a readable line a mistake."""

import difflib
import re
from collections.abc import Iterable

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
    return f"; expected one of {', '.join(known)}"


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
            yield f"{source}: {where}found {each['input']!r}{hint(each['input'], known)}"
        else:
            message = each["msg"][0].lower() + each["msg"][1:]
            yield f"{source}: {where}found {each['input']!r}; {message}"


_TAGGED = ("datasets", "networks", "models")
