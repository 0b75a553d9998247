"""What a run waits for in SLURM's queue."""

import getpass
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

INTERVAL = 60
"""Seconds between two looks."""


def watch(folder: str | Path, say: Callable[[str], object], interval: float = INTERVAL) -> None:
    """Say now and then, for as long as this process lives, what its jobs in the queue wait for.

    Parameters
    ----------
    folder : path
        Where the run was started: jobs that were submitted from there are its own.
    say : function of str
        Gets a line whenever there is something new to say.
    interval : float
        Seconds between two looks.

    Notes
    -----
    Nothing is looked at where SLURM isn't installed.
    """
    if shutil.which("squeue") is not None:
        arguments = (Path(folder).resolve(), say, interval)
        threading.Thread(target=_keep_saying, args=arguments, daemon=True).start()


def describe(queue: str, folder: str | Path) -> str:
    """What the jobs of one run wait for.

    Parameters
    ----------
    queue : str
        What ``squeue --format="%T|%r|%Z"`` printed: state, reason and working folder, a job a line.
    folder : path
        Where the run was started.

    Returns
    -------
    str
        A line with SLURM's own names of the reasons; empty where nothing waits.
    """
    rows = [line.split("|", maxsplit=2) for line in queue.splitlines()]
    own = [(state, reason) for state, reason, origin in rows if origin == str(folder)]
    reasons = Counter(reason for state, reason in own if state == "PENDING")
    # SLURM has not looked at these yet.
    n_new = reasons.pop("None", 0)
    if not reasons:
        return ""
    n_running = sum(state == "RUNNING" for state, _ in own)
    named = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    return f"SLURM: {n_running} running, {reasons.total() + n_new} waiting ({named})"


def _keep_saying(folder: Path, say: Callable[[str], object], interval: float) -> None:
    said = ""
    while True:
        time.sleep(interval)
        line = _look(folder)
        if line and line != said:
            say(line)
        said = line


def _look(folder: Path) -> str:
    command = ["squeue", f"--user={getpass.getuser()}", "--noheader", "--format=%T|%r|%Z"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except subprocess.CalledProcessError as error:
        return f"SLURM does not say how the jobs are: {error.stderr.strip()}"
    except subprocess.TimeoutExpired:
        return "SLURM does not say how the jobs are: no answer within a minute"
    return describe(done.stdout, folder)
