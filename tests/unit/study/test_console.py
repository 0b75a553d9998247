"""What a run shows as it goes."""

import io
import logging
import re

import pytest

from nn_modularity.study import console

STATS = {"total": 4, "train": 2, "prune": 2}


class Run:
    """Records as Snakemake sends them, and what a console makes of them."""

    def __init__(self):
        self.seconds = 0.0
        self.stream = io.StringIO()
        self.console = console.Console(self.stream, now=lambda: self.seconds)

    def tell(self, message: str = "", level: int = logging.INFO, **extra) -> str:
        """The lines that a record adds, with every clock as 00:00."""
        before = self.stream.tell()
        record = logging.makeLogRecord({"msg": message, "levelno": level, **extra})
        self.console.handle(record)
        return re.sub(r"\d\d:\d\d ", "00:00 ", self.stream.getvalue()[before:])

    def begin(self, job: int, rule: str, name: str) -> str:
        log = [f"logs/{rule}/{name}.log"]
        return self.tell(event="job_info", jobid=job, rule_name=rule, log=log)


@pytest.fixture
def run():
    run = Run()
    run.tell("Job stats: …", event="run_info", stats=STATS)
    return run


def test_a_line_when_a_job_starts_and_one_when_it_ends(run):
    assert run.begin(1, "train", "FASHION/0") == "00:00 train/FASHION/0 …\n"
    run.seconds = 8.2
    ended = run.tell("Finished jobid: 1", event="job_finished", job_id=1)
    assert ended == "00:00 train/FASHION/0 done in 8 s; 1 of 4\n"


def test_time_that_is_left_is_told_once_most_rules_to_come_were_seen(run):
    for job, rule in enumerate(["train", "train", "prune"]):
        run.begin(job, rule, f"FASHION/{job}")
        run.seconds += 200
        line = run.tell("Finished", event="job_finished", job_id=job)
    assert line.endswith("done in 3 min; 3 of 4, about 3 min left\n")
    run.begin(3, "prune", "FASHION/3")
    run.seconds += 200
    assert run.tell("", event="job_finished", job_id=3).endswith("all 4 done\n")


@pytest.mark.parametrize(
    ("said", "why"), [(None, ""), ("SLURM-job '7' failed", ": SLURM-job '7' failed")]
)
def test_a_failed_job_is_named_with_its_log_and_is_no_measure(run, said, why):
    run.begin(1, "train", "FASHION/0")
    failed = {
        "jobid": 1,
        "rule_name": "train",
        "rule_msg": said,
        "log": ["logs/train/FASHION/0.log"],
    }
    line = run.tell("Error in rule train", event="job_error", level=logging.ERROR, **failed)
    assert line == f"00:00 train/FASHION/0 failed{why}; see logs/train/FASHION/0.log\n"
    assert run.begin(1, "train", "FASHION/0") == "00:00 train/FASHION/0 …\n"


def test_noise_is_left_out_and_numbers_of_jobs_become_names(run):
    run.begin(7, "train", "FASHION/0")
    assert run.tell("Select jobs to execute...") == ""
    assert run.tell("Execute 2 jobs...", event="job_started", jobs=[7]) == ""
    line = run.tell("Job 7 has been submitted with SLURM jobid 12")
    assert line == "train/FASHION/0 has been submitted with SLURM jobid 12\n"


def test_after_an_interruption_no_error_follows(run):
    assert run.tell("Terminating processes on user request, this might take some time.")
    assert run.tell("pages of errors", level=logging.ERROR) == ""


def test_jobs_side_by_side_shorten_what_is_left():
    pace = console.Pace({"train": 4})
    pace.start(0, "train", 0.0)
    pace.start(1, "train", 0.0)
    pace.end(0, 10.0)
    pace.end(1, 10.0)
    assert pace.remaining(10.0) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("seconds", "words"), [(8.2, "8 s"), (89, "89 s"), (170, "3 min"), (7500, "2 h 5 min")]
)
def test_times_in_words(seconds, words):
    assert console.span(seconds) == words
