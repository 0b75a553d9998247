"""What the processes of jobs inherit, whatever the user's shell had set, and how a run ends."""

import os
import shlex
import signal
import sys
import threading
from pathlib import Path

from nn_modularity import confinement


def inherit(scripts: str | Path) -> None:
    """Let every job that this process or its children start find its own checkout's library.

    Snakemake appends a script's folder to ``sys.path``, behind all that ``PYTHONPATH`` names, so
    that another clone's library would go first. It also writes the interpreter into a shell
    command without quotes: where the path would need them, the interpreter is named through
    ``PATH``. And a job draws into files, whatever display ``MPLBACKEND`` names (a notebook sets its
    own, for processes that it starts too). A job knows the process that it ends with.

    Parameters
    ----------
    scripts : path
        The folder that the library and the entry scripts lie in.
    """
    os.environ["PYTHONPATH"] = _first(str(scripts), os.environ.get("PYTHONPATH"))
    os.environ["MPLBACKEND"] = "agg"
    os.environ[confinement.RUN] = str(os.getpid())
    if shlex.quote(sys.executable) != sys.executable:
        folder, sys.executable = os.path.split(sys.executable)
        os.environ["PATH"] = _first(folder, os.environ.get("PATH"))


def end_in_order() -> None:
    """Let a run that is terminated while it still plans give its lock back, as after Ctrl-C.

    Once jobs run, Snakemake has a handler of its own.
    """
    is_ours = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if is_ours and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def _first(folder: str, paths: str | None) -> str:
    others = [path for path in (paths or "").split(os.pathsep) if path and path != folder]
    return os.pathsep.join([folder, *others])
