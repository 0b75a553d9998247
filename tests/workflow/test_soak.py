"""Runs that are killed at random moments end in the same bits; `make soak` does it longer."""

import shutil
import signal
import subprocess
import sys

import pytest

import soak

ENDS = (
    "results/lesion/LINE.csv",
    "results/learning-curve/LINE.csv",
    "results/clustering/LINE/0/pruned-k4-layer.h5",
)
EVERY_KIND = 96541
"""A seed with which ten kills are of every signal to every aim."""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are known by Linux's /proc")
@pytest.mark.xdist_group("finished")
def test_ten_kills_leave_no_trace(finished, again):
    for part in ("data", "results", ".snakemake"):
        shutil.copytree(finished.folder / part, again.folder / part)
    interrupted = soak.Soak(again, finished.checksums(), ENDS, seed=EVERY_KIND, within=3.0)
    interrupted.go(kills=10, every=10)
    assert interrupted.faults == []
    assert interrupted.counts.total() == 10
    assert len(interrupted.counts) == len(soak.SIGNALS) * len(soak.AIMS)


def test_the_same_seed_plans_the_same_kills():
    kills = [soak.planned(1, number, within=5.0) for number in range(200)]
    assert kills == [soak.planned(1, number, within=5.0) for number in range(200)]
    assert kills != [soak.planned(2, number, within=5.0) for number in range(200)]
    assert {(kill.name, kill.aim) for kill in kills} == {
        (name, aim) for name in soak.SIGNALS for aim in soak.AIMS
    }
    assert all(0 <= kill.after <= 5 for kill in kills)


def test_all_or_some_files_are_removed():
    files = [f"{number}.csv" for number in range(20)]
    numbers = [len(soak.removed(files, 0, number)) for number in range(50)]
    assert 0 < numbers.count(20) < 50
    assert len(set(numbers)) > 5


def test_whatever_differs_is_a_fault():
    reference = {"a.csv": "1", "b.csv": "2", "c.csv": "3"}
    found = {"a.csv": "1", "b.csv": "9", ".c.csv.01234567.csv": "3"}
    assert list(soak.differences(found, reference, ["a.csv", "c.csv"])) == [
        "b.csv: other bits than undisturbed",
        ".c.csv.01234567.csv: left over",
        "c.csv: not made",
    ]
    assert list(soak.differences({"a.csv": "1"}, reference, ["a.csv"])) == []


def test_a_job_is_known_by_its_script():
    assert soak.rule_of("/bin/python3 /a/.snakemake/scripts/tmpfx5_4e47.prune.py") == "prune"
    assert soak.rule_of("/bin/python3 -m snakemake --cores 2 -- prune.py") is None


def test_a_file_in_a_write_is_known_by_its_name(tmp_path):
    (tmp_path / ".a.csv.01234567.csv").touch()
    (tmp_path / "a.csv").touch()
    assert soak.unnamed(tmp_path) == {str(tmp_path / ".a.csv.01234567.csv")}


@pytest.mark.skipif(sys.platform != "linux", reason="processes are known by Linux's /proc")
def test_processes_are_known_by_their_mark():
    process = subprocess.Popen(["sleep", "60"], env={soak.MARK: "of this test"})
    try:
        assert soak.living("of this test") == {process.pid: "sleep 60 "}
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert soak.living("of this test") == {}
