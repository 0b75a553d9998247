"""What a command line asks for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from nn_modularity.study.mistakes import hint

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


def unknown(
    arguments: Sequence[str],
    rules: Sequence[str],
    files: Iterable[str],
    is_made: Callable[[str], bool],
) -> Iterator[str]:
    """A line for each target of a command line that nothing makes, with what may be meant.

    Parameters
    ----------
    arguments : sequence of str
        Snakemake's command line.
    rules : sequence of str
        Names of all rules.
    files : iterable of str
        All files that the study asks for.
    is_made : callable
        Whether a rule makes a file.
    """
    for target in of_command(arguments):
        if target not in rules and not Path(target).exists() and not is_made(target):
            yield f"{target}: nothing makes this{hint(target, [*rules, *map(str, files)])}"


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
