"""Mistakes that the user can mend."""

from collections.abc import Iterator
from contextlib import contextmanager


class StudyError(Exception):
    """Something in the user's hands is wrong.

    The message is complete in itself: it names the file or config key, what was found, what was
    expected and how to go on. Entry scripts print it without a traceback.
    """


@contextmanager
def at(place: object) -> Iterator[None]:
    """Say where a `StudyError` of the block comes from: the place goes before its message."""
    try:
        yield
    except StudyError as error:
        raise StudyError(f"{place}: {error}") from error
