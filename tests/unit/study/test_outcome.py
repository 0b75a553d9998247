"""What a run says at its end."""

import pytest

from nn_modularity.study import outcome

RUN = """
Finished jobid: 1 (Rule: generate_dataset)
1 of 5 steps (20%) done
[Wed Nov 25 05:14:48 2026]
Error in rule train:
    message: None
    jobid: 0
    input: data/line.h5
    output: results/models/LINE/0/unpruned.h5, results/models/LINE/0/unpruned-history.csv
    log: logs/train/LINE/0.log (check log file(s) for error details)
Finished jobid: 2 (Rule: train)
Finished jobid: 3 (Rule: train)
"""
LOG = """2026-11-25 05:14:40,100 INFO device: CPU
2026-11-25 05:14:48,100 ERROR n_train: found 100000, expected at most 300
2026-11-25 05:14:48,101 ERROR Traceback
Traceback (most recent call last):
  File "train.py", line 9, in <module>
nn_modularity.errors.StudyError: n_train: found 100000, expected at most 300
"""


@pytest.fixture(autouse=True)
def _logs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs/train/LINE").mkdir(parents=True)


def test_a_failed_run_ends_with_what_failed_and_what_was_made(tmp_path):
    (tmp_path / "logs/train/LINE/0.log").write_text(LOG)
    assert list(outcome.failure(RUN)) == [
        "failed: train/LINE/0: n_train: found 100000, expected at most 300 "
        "(all of it in logs/train/LINE/0.log)",
        "made: 1 × generate_dataset, 2 × train",
        "when that is mended, the same command goes on where it stopped",
    ]


def test_an_unexpected_error_is_named_by_its_last_line(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("2026-11-25 05:14:48,100 ERROR Unexpected error\nTraceback …\nKeyError: 'x'\n")
    assert outcome.reason(log) == "KeyError: 'x'"


def test_a_job_that_was_killed_says_so(tmp_path):
    (tmp_path / "a.log").write_text("2026-11-25 05:14:48,100 INFO device: CPU\n")
    assert outcome.reason(tmp_path / "a.log").startswith("it was ended from outside")
    assert outcome.reason(tmp_path / "none.log") == "it left no log"


def test_an_interrupted_run_says_how_it_goes_on():
    (line,) = outcome.failure("Terminating processes on user request, this might take some time.")
    assert line == "interrupted; the same command goes on where it stopped"


def test_jobs_that_were_interrupted_did_not_fail(tmp_path):
    (tmp_path / "logs/train/LINE/0.log").write_text("2026-11-25 05:14:40,100 ERROR interrupted\n")
    run = RUN + "Terminating processes on user request, this might take some time.\n"
    assert list(outcome.failure(run)) == [
        "made: 1 × generate_dataset, 2 × train",
        "interrupted; the same command goes on where it stopped",
    ]


def test_a_run_says_which_finished_networks_it_replaces(tmp_path):
    files = ["results/lesion/A.csv", "data/line.h5", "results/models/A/0/pruned.h5"]
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (line,) = outcome.replacement([*files, "data/new.h5"])
    assert line.startswith("this run replaces data/line.h5 and 1 more, made from other data")
    assert list(outcome.replacement(["results/lesion/A.csv"])) == []


def test_a_finished_run_says_what_to_open(tmp_path):
    asked = ["results/figures/a.png", "results/figures/a.svg", "results/mlp-lesion.xlsx"]
    (line,) = outcome.success(asked)
    assert line == f"made; open {tmp_path}/results/mlp-lesion.xlsx (and 2 more files)"
    assert list(outcome.success(["data/line.h5"])) == []
