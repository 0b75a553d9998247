"""What a run shows as it goes: which job of which model starts and ends, and how long it may take.

Snakemake's own log, in ``.snakemake/log``, keeps all that it has to say.
"""

import logging
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Any

from nn_modularity.study.outcome import INTERRUPTED

DEFAULT = "DefaultStreamHandler"
"""Snakemake's name of the handler that writes to the terminal."""

NOISE = re.compile(
    "|".join(
        [
            "Select jobs to execute",
            "Using shell",
            "Conda environments: ignored",
            "Assuming unrestricted shared filesystem",
            "SLURM run ID",
            "Cleaning up SLURM log files",
            # Which job moves which file from and to an object store.
            "Storing in storage",
            "Finished upload",
            "Retrieving from storage",
            "Finished retrieval",
            "Removing local copy of storage file",
            # A failure is told when it happens, and once more with its reason at the end.
            "RuleException:\nCalledProcessError in file",
            "Exiting because a job execution failed",
            "WorkflowError:\nAt least one job did not complete successfully",
        ]
    )
)
SILENT = {"workflow_started", "job_started", "resources_info", "progress"}
JOB = re.compile(r"\b[Jj]ob (\d+)\b")


class Pace:
    """How long the jobs of a run take, and so how long the rest may.

    Parameters
    ----------
    n_jobs : mapping of str to int
        Jobs of each rule that the run has.
    """

    def __init__(self, n_jobs: Mapping[str, int]):
        self.left = Counter(n_jobs)
        self.n_jobs = self.left.total()
        self._took: defaultdict[str, list[float]] = defaultdict(list)
        self._running: dict[int, tuple[str, float]] = {}
        self._begin: float | None = None

    @property
    def n_done(self) -> int:
        """Jobs that have ended well."""
        return self.n_jobs - self.left.total()

    def start(self, job: int, rule: str, now: float) -> None:
        """A job of a rule starts, in seconds on any clock."""
        self._running[job] = rule, now
        self._begin = now if self._begin is None else self._begin

    def end(self, job: int, now: float) -> float:
        """A job ends well; the seconds that it took."""
        rule, started = self._running.pop(job)
        self._took[rule].append(now - started)
        self.left[rule] -= 1
        return now - started

    def fail(self, job: int) -> None:
        """A job ends badly: no measure of its rule."""
        self._running.pop(job, None)

    def remaining(self, now: float) -> float | None:
        """Seconds that are left; None while most jobs to come are of rules not seen so far.

        A job to come takes as long as those of its rule did, others as long as all did; and as
        many run side by side as did so far.
        """
        known = sum(count for rule, count in self.left.items() if self._took[rule])
        if self._begin is None or 2 * known < self.left.total():
            return None
        ended = [seconds for of_rule in self._took.values() for seconds in of_rule]
        usual = fmean(ended) if ended else 0.0
        work = sum(
            count * (fmean(self._took[rule]) if self._took[rule] else usual)
            for rule, count in self.left.items()
        )
        under_way = sum(now - started for _, started in self._running.values())
        spent = max(now - self._begin, 1e-9)
        side_by_side = max((sum(ended) + under_way) / spent, 1.0)
        return max(work - under_way, 0.0) / side_by_side


class Console(logging.StreamHandler):
    """Writes a line when a job starts and one when it ends, in place of Snakemake's blocks.

    Records are ``logging.LogRecord`` with the fields that Snakemake gives its events.

    Parameters
    ----------
    stream : text file
        Where the lines go.
    now : function
        The seconds on a clock.
    """

    def __init__(self, stream, now: Callable[[], float] = time.monotonic):
        super().__init__(stream)
        self._pace = Pace({})
        self._names: dict[int, str] = {}
        self._is_interrupted = False
        self._now = now

    def filter(self, record: Any) -> bool:
        """Learn from a record, and tell whether it is shown; Snakemake's ``--quiet`` holds."""
        event = _event(record)
        if event == "run_info":
            self._pace = Pace({rule: n for rule, n in record.stats.items() if rule != "total"})
        elif event == "job_info":
            self._names[record.jobid] = _name(record)
            self._pace.start(record.jobid, record.rule_name, self._now())
        elif event == "job_error":
            self._pace.fail(record.jobid)
        self._is_interrupted |= record.getMessage().startswith(INTERRUPTED)
        if self._is_interrupted and record.levelno >= logging.ERROR:
            return False
        if event in SILENT or (not event and NOISE.match(record.getMessage())):
            return False
        return bool(super().filter(record))

    def format(self, record: Any) -> str:
        """The line of a record."""
        event = _event(record)
        clock = time.strftime("%H:%M", time.localtime(record.created))
        if event == "job_info":
            return f"{clock} {self._names[record.jobid]} …"
        if event == "job_finished":
            name = self._names.get(record.job_id, f"job {record.job_id}")
            took = span(self._pace.end(record.job_id, self._now()))
            return f"{clock} {name} done in {took}; {self._left()}"
        if event == "job_error":
            name = self._names.get(record.jobid, record.rule_name)
            why = f": {record.rule_msg}" if record.rule_msg else ""
            return f"{clock} {name} failed{why}; see {', '.join(record.log)}"
        return JOB.sub(lambda job: self._names.get(int(job[1]), job[0]), super().format(record))

    def _left(self) -> str:
        done, of_all = self._pace.n_done, self._pace.n_jobs
        if done == of_all:
            return f"all {of_all} done"
        seconds = self._pace.remaining(self._now())
        left = "" if seconds is None else f", about {span(seconds)} left"
        return f"{done} of {of_all}{left}"


def show() -> None:
    """Let this process's terminal show lines; Snakemake's log file stays as it is.

    Where another logger was asked for (``--logger``) nothing changes.
    """
    logger = logging.getLogger("snakemake.logging")
    for handler in list(logger.handlers):
        if handler.name == DEFAULT and isinstance(handler, logging.StreamHandler):
            console = Console(handler.stream)
            console.name = DEFAULT
            console.setFormatter(handler.formatter)
            for each in handler.filters:
                console.addFilter(each)
            logger.removeHandler(handler)
            logger.addHandler(console)


def span(seconds: float) -> str:
    """A time in words: ``8 s``, ``3 min``, ``2 h 5 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _event(record: Any) -> str:
    return str(getattr(record, "event", None) or "")


def _name(record: Any) -> str:
    """A job by its log, which names rule, model, instance and all else that it is of."""
    if not record.log:
        return record.rule_name
    return record.log[0].rpartition("logs/")[2].partition(".log")[0]
