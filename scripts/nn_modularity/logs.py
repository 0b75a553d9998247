"""Logging and progress of an entry script."""

import io
import logging
import sys
from typing import Any

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from nn_modularity import confinement
from nn_modularity.errors import StudyError

log = logging.getLogger("nn_modularity")

INTERRUPTED = "interrupted"
"""What a job says that was ended by Ctrl-C."""
FIRST = 5.0
"""Seconds until progress is first told: what is done by then needs none."""
INTERVAL = 10.0
"""Seconds between two messages of progress."""


def start(job: Any) -> Any:
    """Prepare the process of one workflow job.

    Messages go to the rule's log file and to stderr; a `StudyError` ends the script with its
    message alone on stderr, and the traceback in the log. BLAS gets one thread: jobs run side by
    side, and sums then don't depend on the number of cores. The job ends with its run.

    Parameters
    ----------
    job : snakemake.script.Snakemake
        The object that Snakemake hands to a script.

    Returns
    -------
    The same object.
    """
    confinement.end_with_run()
    to_file = logging.FileHandler(job.log[0], mode="w")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    to_stderr = logging.StreamHandler()
    name = job.log[0].rpartition("logs/")[2].removesuffix(".log")
    to_stderr.setFormatter(logging.Formatter(f"[{name}] %(message)s"))
    to_stderr.addFilter(lambda record: not getattr(record, "log_only", False))
    logging.basicConfig(level=logging.INFO, handlers=[to_file, to_stderr], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _report
    threadpool_limits(limits=1)
    return job


def progress(
    iterable=None,
    *,
    total: int | None = None,
    description: str = "",
    unit: str = "",
    **options,
):
    """Progress as messages, a line now and then: jobs run side by side, so bars would mix.

    `options` are tqdm's.
    """
    return tqdm(
        iterable,
        total=total,
        desc=description,
        unit=unit,
        mininterval=INTERVAL,
        delay=FIRST,
        leave=False,
        file=_Lines(),
        bar_format="{desc}: {n_fmt} of {total_fmt} {unit}, {remaining} left{postfix}",
        **options,
    )


class _Lines(io.TextIOBase):
    """What is written here is logged line by line."""

    def write(self, text: str) -> int:
        if line := text.strip():
            log.info("%s", line)
        return len(text)


def _report(kind, error, traceback) -> None:
    if issubclass(kind, KeyboardInterrupt):
        log.error(INTERRUPTED)
    elif issubclass(kind, StudyError):
        log.error("%s", error)
        log.error("Traceback", exc_info=(kind, error, traceback), extra={"log_only": True})
    else:
        log.error("Unexpected error", exc_info=(kind, error, traceback))
