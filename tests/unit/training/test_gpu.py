"""Devices are claimed by one process each, and come free with its end."""

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from nn_modularity.training import gpu

SCRIPTS = Path(gpu.__file__).parents[2]
CLAIM_AND_WAIT = """
import sys
from pathlib import Path
from nn_modularity.training import gpu
print(gpu.claim(sys.argv[2:], Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


def environment(**variables):
    inherited = {key: value for key, value in os.environ.items() if key != "CUDA_VISIBLE_DEVICES"}
    return {**inherited, "PYTHONPATH": str(SCRIPTS), **variables}


@contextmanager
def claimant(locks, devices, **variables):
    """A process that claims a device and holds it; yields the process and its device."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIM_AND_WAIT, str(locks), *devices],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(**variables),
    )
    with process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_processes_claim_one_device_each_and_the_others_take_the_cpu(tmp_path):
    with ExitStack() as stack:
        claims = [stack.enter_context(claimant(tmp_path, ["0", "1"]))[1] for _ in range(4)]
    assert sorted(claims) == ["-1", "-1", "0", "1"]


def test_a_killed_process_leaves_its_device_to_the_next(tmp_path):
    with claimant(tmp_path, ["0"]) as (process, first):
        with claimant(tmp_path, ["0"]) as (_, meanwhile):
            pass
        process.kill()
        process.wait()
        with claimant(tmp_path, ["0"]) as (_, after):
            pass
    assert (first, meanwhile, after) == ("0", "-1", "0")


@pytest.mark.parametrize("granted", ["3", "0,1", ""])
def test_a_schedulers_grant_is_respected(tmp_path, granted):
    with claimant(tmp_path, ["0", "1"], CUDA_VISIBLE_DEVICES=granted) as (_, claim):
        assert claim == granted
    assert not list(tmp_path.iterdir())


def test_without_devices_the_processor_does_the_work(tmp_path):
    with claimant(tmp_path / "locks", []) as (_, claim):
        assert claim == gpu.NO_DEVICE


def test_devices_are_counted_in_the_drivers_folder(tmp_path):
    for address in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / address).mkdir()
    assert gpu.present(tmp_path) == ["0", "1"]


def test_devices_are_counted_by_nvidia_smi_where_the_driver_has_no_folder(tmp_path, monkeypatch):
    command = tmp_path / "nvidia-smi"
    command.write_text('#!/bin/sh\necho "GPU 0: A (UUID: x)"\necho "GPU 1: B (UUID: y)"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert gpu.present(tmp_path / "none") == ["0", "1"]


def test_without_driver_and_nvidia_smi_there_are_no_devices(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpu.present(tmp_path / "none") == []


def test_tensorflow_starts_silently_deterministic_and_with_the_threads_asked_for():
    program = """
from nn_modularity.training import gpu
gpu.prepare(threads=3)
import tensorflow as tf
from tensorflow.python.framework import config
assert tf.config.threading.get_intra_op_parallelism_threads() == 3
assert tf.config.threading.get_inter_op_parallelism_threads() == 1
assert config.is_op_determinism_enabled()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment(CUDA_VISIBLE_DEVICES="-1"),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_errors_of_native_code_are_not_silenced(capfd):
    with gpu._errors_only():
        os.write(2, b"I0000 00:00:1.0 1 port.cc:153] oneDNN custom operations are on.\n")
        os.write(2, b"E0000 00:00:1.0 1 cuda.cc:1] no kernel image\n")
    assert capfd.readouterr().err == "E0000 00:00:1.0 1 cuda.cc:1] no kernel image\n"
