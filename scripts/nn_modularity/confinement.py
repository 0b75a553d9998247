"""A process of its own for what reads strangers' files: bounded in memory and time.

The libraries below can crash, hang or allocate without end over a single changed byte. In a process
of its own that is an error like others.
"""

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nn_modularity.errors import StudyError

MEGABYTE = 1 << 20
PR_SET_PDEATHSIG = 1
RUN = "NN_MODULARITY_RUN"
"""The environment variable that holds the process of the workflow that started a job."""


def run(
    function: Callable[..., None], *arguments: Any, subject: str, megabytes: int, seconds: float
) -> None:
    """Call a function for what it does, not for what it returns.

    Parameters
    ----------
    function : callable
        Of the arguments; what it makes it writes to files.
    subject : str
        What it reads, for messages.
    megabytes : int
        Memory that it may take beyond what this process has.
    seconds : float
        Time that it may take.

    Raises
    ------
    StudyError
        The function's own, or one that says that it crashed or took too much.
    Exception
        Any other that the function raised.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_confined, args=(theirs, megabytes, function, *arguments), daemon=True
    )
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise StudyError(
                f"{subject}: reading it took more than {seconds:.0f} s; it may be damaged"
            )
        error = ours.recv()
    except EOFError:
        process.join()
        raise StudyError(
            f"{subject}: reading it ended with {_end(process.exitcode)}; it is damaged, or more "
            f"than {megabytes:,} MB of memory hold"
        ) from None
    finally:
        process.kill()
        process.join()
    if isinstance(error, MemoryError):
        raise StudyError(
            f"{subject}: reading it takes more than the {megabytes:,} MB of memory that the job "
            "may have; if it should be so large, allow more with Snakemake's --set-resources"
        )
    if error is not None:
        raise error


def end_with_run() -> None:
    """Let this job end with its run, on Linux.

    Where the workflow's own process is killed outright, nobody tells its jobs. One that lived on
    would write the same files as the run that takes this one up.
    """
    if sys.platform != "linux" or RUN not in os.environ:
        return
    _end_with_parent()
    try:
        os.kill(int(os.environ[RUN]), 0)
    except ProcessLookupError:  # it was gone before
        os.kill(os.getpid(), signal.SIGKILL)


def _confined(
    answer: Connection, megabytes: int, function: Callable[..., None], *arguments: Any
) -> None:
    error = None
    try:
        if sys.platform == "linux":
            _end_with_parent()
            _limit(megabytes)
        function(*arguments)
    except Exception as raised:
        if not isinstance(raised, StudyError | MemoryError):
            raised.add_note(traceback.format_exc())  # which doesn't travel otherwise
        error = raised
    answer.send(error)


def _end_with_parent() -> None:
    """Leave nobody behind who still writes, where the parent is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit(megabytes: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + megabytes * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _end(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
