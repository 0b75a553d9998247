"""What a command line asks for."""

from collections.abc import Iterator, Sequence

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
