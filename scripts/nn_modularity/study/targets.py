"""What a command line asks for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

MADE = ("results/", "data/")
"""Where the files lie that the workflow makes."""


def of_command(arguments: Sequence[str]) -> Iterator[str]:
    """The targets in Snakemake's command line, as far as they can be told from values of options.

    They are what follows ``--``, and before it what lies where the workflow makes files. Rules
    are read before Snakemake says what it was asked for.
    """
    before, after = list(arguments), []
    if "--" in before:
        place = before.index("--")
        before, after = before[:place], before[place + 1 :]
    yield from (each for each in before if each.startswith(MADE))
    yield from after


def typed(found: Any, given: Any) -> Any:
    """A configuration whose values from ``--config`` have the types that a file would give them.

    Snakemake reads ``--config 'training={epochs: 1}'`` as a mapping of texts.

    Parameters
    ----------
    found : mapping
        The merged configuration.
    given : mapping
        What Snakemake made of ``--config``.
    """
    if isinstance(found, Mapping) and isinstance(given, Mapping):
        return {key: typed(value, given.get(key)) for key, value in found.items()}
    if found != given:
        return found
    if isinstance(given, list):
        return [typed(value, value) for value in given]
    return yaml.safe_load(given) if isinstance(given, str) else found
