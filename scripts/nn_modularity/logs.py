"""Logging and progress of an entry script."""

import logging
import sys
from typing import Any

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from nn_modularity.errors import StudyError

log = logging.getLogger("nn_modularity")


def start(job: Any) -> Any:
    """Prepare the process of one workflow job.

    Messages go to the rule's log file and to stderr; a `StudyError` ends the script with its
    message alone on stderr, and the traceback in the log. BLAS gets one thread: jobs run side by
    side, and sums then don't depend on the number of cores.

    Parameters
    ----------
    job : snakemake.script.Snakemake
        The object that Snakemake hands to a script.

    Returns
    -------
    The same object.
    """
    to_file = logging.FileHandler(job.log[0], mode="w")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    to_stderr = logging.StreamHandler()
    to_stderr.setFormatter(logging.Formatter(f"[{job.rule}] %(message)s"))
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
    unit: str = "it",
    **options,
):
    """Progress bar on stderr; a line now and then where stderr is no terminal.

    `options` are tqdm's.
    """
    interactive = sys.stderr.isatty()
    return tqdm(
        iterable,
        total=total,
        desc=description,
        unit=unit,
        mininterval=0.5 if interactive else 10.0,
        dynamic_ncols=interactive,
        leave=True,
        **options,
    )


def _report(kind, error, traceback) -> None:
    if issubclass(kind, StudyError):
        log.error("%s", error)
        log.error("Traceback", exc_info=(kind, error, traceback), extra={"log_only": True})
    else:
        log.error("Unexpected error", exc_info=(kind, error, traceback))
