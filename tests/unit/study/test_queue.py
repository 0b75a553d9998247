"""A run on SLURM says what its jobs wait for."""

import threading

import pytest

from nn_modularity.study import queue

HERE = "/home/user/study"


def test_reasons_are_counted_over_the_jobs_of_this_run():
    jobs = (
        f"RUNNING|None|{HERE}\n"
        f"PENDING|Priority|{HERE}\n"
        f"PENDING|Resources|{HERE}\n"
        f"PENDING|Priority|{HERE}\n"
        f"PENDING|None|{HERE}\n"
        "PENDING|Priority|/home/user/another|study\n"
    )
    assert queue.describe(jobs, HERE) == "SLURM: 1 running, 4 waiting (Priority 2, Resources 1)"


@pytest.mark.parametrize("jobs", ["", f"RUNNING|None|{HERE}\n", f"PENDING|None|{HERE}\n"])
def test_where_nothing_waits_there_is_nothing_to_say(jobs):
    assert queue.describe(jobs, HERE) == ""


@pytest.fixture
def squeue(tmp_path, monkeypatch):
    """Stands for SLURM's program, which not every machine has."""

    def install(script):
        program = tmp_path / "squeue"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return install


def first_line(folder):
    """What a watch says first, within a while."""
    lines, said = [], threading.Event()

    def say(line):
        lines.append(line)
        said.set()
        threading.Event().wait()  # for ever: more of its processes would hold other tests' files

    queue.watch(folder, say, interval=0.01)
    assert said.wait(10)
    return lines[0]


def test_a_run_says_what_it_waits_for(squeue, tmp_path):
    squeue(f"echo 'PENDING|Resources|{tmp_path}'")
    assert first_line(tmp_path) == "SLURM: 0 running, 1 waiting (Resources 1)"


def test_a_queue_that_does_not_answer_is_said(squeue, tmp_path):
    squeue("echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1")
    assert "Unable to contact slurm controller" in first_line(tmp_path)
