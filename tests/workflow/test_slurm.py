"""Runs on a real SLURM of one node: with and without accounting and GPUs; jobs that are ended."""

import re
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from filelock import FileLock

import slurm_cluster

NETWORK = "results/models/RANDOM/0/unpruned.h5"
ON_SLURM = [
    "--workflow-profile",
    "profiles/slurm",
    "--slurm-init-seconds-before-status-checks",
    "2",
]

pytestmark = pytest.mark.xdist_group("slurm")


@pytest.fixture
def cluster(tmp_path_factory, request):
    """A cluster, as its parameters say."""
    reason = slurm_cluster.missing(accounting=request.param.get("accounting", False))
    if reason:
        pytest.skip(reason)
    # A machine has one: tests that need another wait, whatever process they run in.
    lock = FileLock(Path(tempfile.gettempdir()) / "nn-modularity-slurm.lock")
    with lock, slurm_cluster.running(tmp_path_factory.mktemp("slurm"), **request.param):
        yield


def jobs(*fields, states="all"):
    """What SLURM says of its jobs, in the order of their submission."""
    form = ",".join(f"{field}:100" for field in fields)
    command = ["squeue", "--noheader", "--sort=i", f"--states={states}", f"--Format={form}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [tuple(line.split()) for line in said.splitlines()]


@pytest.mark.parametrize("cluster", [{}], indirect=True)
def test_jobs_that_are_cancelled_or_killed_for_memory_start_again_with_more(cluster, fresh):
    # Training takes more than this, and less than its double.
    options = [*ON_SLURM, "--set-resources", "train:mem_mb=500*attempt", "train:gpu=0"]
    run = subprocess.Popen(
        fresh.command(NETWORK, options=options, cores=None),
        cwd=fresh.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with run:
        while not (running := jobs("JobID", states="RUNNING")):
            assert run.poll() is None, run.stdout.read()
            time.sleep(0.2)
        ((cancelled,),) = running
        subprocess.run(["scancel", cancelled], check=True)
        output = run.stdout.read()
    assert run.returncode == 0, output
    assert f"SLURM-job '{cancelled}' failed, SLURM status is: 'CANCELLED'" in output
    restarted = re.findall("Trying to restart (.*)\\.", output)
    assert restarted == ["generate_dataset/random", "train/RANDOM/0"]
    assert jobs("Comment", "MinMemory", "State") == [
        ("rule_generate_dataset_wildcards_random", "700M", "CANCELLED"),
        ("rule_generate_dataset_wildcards_random", "1400M", "COMPLETED"),
        ("rule_train_wildcards_RANDOM_0", "500M", "FAILED"),
        ("rule_train_wildcards_RANDOM_0", "1000M", "COMPLETED"),
    ]
    killed = next((fresh.folder / ".snakemake/slurm_logs/rule_train").rglob("*.log"))
    assert "exceeded memory limit" in killed.read_text()

    on_slurm = fresh.checksums()
    (fresh.folder / NETWORK).unlink()
    fresh.make(NETWORK)
    assert fresh.checksums() == on_slurm


@pytest.mark.parametrize("cluster", [{"accounting": True, "gpus": 1}], indirect=True)
def test_a_training_gets_a_gpu_where_the_profile_asks_for_one(cluster, fresh):
    profile = fresh.folder / "profiles/slurm/profile.yaml"
    text = profile.read_text()
    assert text.count("{gpu: 0}") == 1
    profile.write_text(text.replace("{gpu: 0}", "{gpu: 1}"))
    done = fresh.run(NETWORK, options=ON_SLURM, cores=None)
    assert done.returncode == 0, done.stdout
    assert jobs("Comment", "tres-per-job", "State") == [
        ("rule_generate_dataset_wildcards_random", "N/A", "COMPLETED"),
        ("rule_train_wildcards_RANDOM_0", "gres:gpu:1", "COMPLETED"),
    ]
    assert not re.search("WARN|Error", done.stdout)
