"""A process of its own for what reads strangers' files."""

import ctypes
import os
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

from nn_modularity import confinement
from nn_modularity.errors import StudyError


def run(function, *arguments, megabytes=200, seconds=20):
    confinement.run(function, *arguments, subject="a.h5", megabytes=megabytes, seconds=seconds)


def test_what_it_writes_stays(tmp_path):
    run((tmp_path / "made").write_text, "whole")
    assert (tmp_path / "made").read_text() == "whole"


def test_its_own_error_is_passed_on():
    def fail():
        raise StudyError("a.h5: found nothing")

    with pytest.raises(StudyError, match=r"^a\.h5: found nothing$"):
        run(fail)


def test_a_fault_of_ours_keeps_its_traceback():
    def fault():
        return {}["missing"]

    with pytest.raises(KeyError) as error:
        run(fault)
    assert "in fault" in error.value.__notes__[0]


def test_a_crash_is_an_error_like_others():
    with pytest.raises(StudyError, match=r"a\.h5: reading it ended with SIGSEGV"):
        run(ctypes.string_at, 0)
    with pytest.raises(StudyError, match=r"a\.h5: reading it ended with exit code 3"):
        run(os._exit, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_memory_is_limited():
    with pytest.raises(StudyError, match=r"a\.h5: reading it takes more than the 200 MB"):
        run(np.ones, 1 << 28)
    assert np.ones(1 << 26).nbytes == 1 << 29


def test_time_is_limited():
    start = time.monotonic()
    with pytest.raises(StudyError, match=r"a\.h5: reading it took more than 0 s"):
        run(time.sleep, 60, seconds=0.2)
    assert time.monotonic() - start < 10


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_nobody_writes_on_when_the_job_is_killed(tmp_path):
    script = f"""
import time, pathlib
from nn_modularity import confinement

def write():
    for number in range(600):
        pathlib.Path("{tmp_path}/alive").write_text(str(number))
        time.sleep(0.05)

confinement.run(write, subject="a", megabytes=100, seconds=60)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    job = subprocess.Popen([sys.executable, "-c", script], env=environment)
    while not (tmp_path / "alive").exists():
        time.sleep(0.05)
    job.kill()
    job.wait()
    time.sleep(0.2)
    last = (tmp_path / "alive").read_text()
    time.sleep(0.3)
    assert (tmp_path / "alive").read_text() == last


SLEEPING_JOB = """
import os, time
from nn_modularity import confinement

confinement.end_with_run()
print(os.getpid(), flush=True)
time.sleep(60)
"""
RUN_OF_A_JOB = f"""
import os, subprocess, sys

os.environ["NN_MODULARITY_RUN"] = str(os.getpid())
subprocess.run([sys.executable, "-c", {SLEEPING_JOB!r}])
"""


def started(code, **variables):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables}
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_job_ends_with_its_run():
    run = started(RUN_OF_A_JOB)
    assert int(run.stdout.readline()) != run.pid
    run.kill()
    assert run.communicate(timeout=10) == ("", None)  # the job had the other end of this pipe


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_job_does_not_begin_after_the_end_of_its_run():
    run = subprocess.Popen(["true"])
    run.wait()
    assert started(SLEEPING_JOB, NN_MODULARITY_RUN=str(run.pid)).communicate()[0] == ""


def test_a_script_that_no_run_started_goes_on(monkeypatch):
    monkeypatch.delenv("NN_MODULARITY_RUN", raising=False)
    confinement.end_with_run()


def test_any_byte_of_a_file_may_be_spoiled(tmp_path):
    """What HDF5 makes of it, crashes and endless loops included, is words or the arrays."""
    from nn_modularity.datasets import array_files

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("X", data=np.arange(300), chunks=(100,), compression="gzip")
        file["y"] = np.arange(300)
    whole = (tmp_path / "a.h5").read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(150):
        content = bytearray(whole)
        for place in rng.integers(0, len(content), rng.integers(1, 4)):
            content[place] = rng.integers(256)
        (tmp_path / "b.h5").write_bytes(content)
        try:
            run(array_files.read, tmp_path / "b.h5", ["X", "y"], 1 << 20, seconds=5)
        except StudyError as error:
            said = str(error)
        else:
            said = "read"
        assert said == "read" or said.startswith(("a.h5: ", str(tmp_path / "b.h5")))
