"""What a run says: first what it replaces, last what failed, what was made, what to open."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from nn_modularity import logs

ERROR = re.compile(r"^Error in rule \w+:\n(?:    .*\n)*?    log: (\S+)", re.M)
FINISHED = re.compile(r"^Finished jobid: \d+ \(Rule: (\w+)\)$", re.M)
INTERRUPTED = "Terminating processes on user request"
ENDED = "it was ended from outside (memory?), or before it could say why"
MAIN_FILES = (".xlsx", ".html", ".pdf", ".csv", ".png")
"""Kinds of files that a user opens, what tells most first."""


def say(lines: Iterable[str]) -> None:
    """Print lines where the user looks."""
    for line in lines:
        print(line, file=sys.stderr)


def replacement(made: Iterable[str]) -> Iterator[str]:
    """What a run is about to replace that took long to make: datasets and trained networks.

    Parameters
    ----------
    made : iterable of str
        Files that the run makes. Those that are there it makes anew, since settings, data or code
        changed.
    """
    dear = (file for file in made if file.startswith(("data/", "results/models/")))
    found = [file for file in dear if Path(file).exists()]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield (
            f"this run replaces {found[0]}{more}, made from other data, settings or code; to keep "
            "what is there, stop it (Ctrl-C) and give this study a folder of its own (--directory)"
        )


def failure(run: str) -> Iterator[str]:
    """How a run ended that didn't make all that was asked for.

    Parameters
    ----------
    run : str
        The text of Snakemake's own log.

    Yields
    ------
    str
        A line each: what failed, each with the reason in its own log; what was made all the same;
        how to go on.
    """
    failed = dict.fromkeys(ERROR.findall(run))
    for log in failed:
        why = reason(local_copy(log))
        if INTERRUPTED in run and why in (logs.INTERRUPTED, ENDED):
            continue
        job = log.rpartition("logs/")[2].removesuffix(".log")
        yield f"failed: {job}: {why} (all of it in {log})"
    if made := Counter(FINISHED.findall(run)):
        yield "made: " + ", ".join(f"{number} × {rule}" for rule, number in made.items())
    if INTERRUPTED in run:
        yield "interrupted; the same command goes on where it stopped"
    elif failed:
        yield "when that is mended, the same command goes on where it stopped"


def local_copy(log: str) -> Path:
    """Where a log can be read: what goes to an object store stays here as well."""
    scheme, is_stored, place = log.partition("://")
    return Path(".snakemake", "storage", scheme, place) if is_stored else Path(log)


def reason(log: str | Path) -> str:
    """The last error in a job's log, without the time; the job's end, if there is none."""
    try:
        lines = Path(log).read_text(errors="replace").splitlines()
    except OSError:
        return "it left no log"
    errors = [line for line in lines if re.match(r"\S+ \S+ ERROR (?!Traceback$)", line)]
    if errors and errors[-1].endswith(" ERROR Unexpected error"):
        return lines[-1]
    if errors:
        return errors[-1].split(" ", 3)[3]
    return ENDED


def success(asked: Iterable[str]) -> Iterator[str]:
    """Which file to open first, of those asked for."""
    asked = list(asked)
    for ending in MAIN_FILES:
        found = [file for file in asked if file.endswith(ending)]
        if found:
            others = len(asked) - 1
            beside = f" (and {others} more files)" if others else ""
            place = found[0] if "://" in found[0] else Path(found[0]).resolve()
            yield f"made; open {place}{beside}"
            return
