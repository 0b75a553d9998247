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
print(gpu.choose(1, sys.argv[2:], "", Path(sys.argv[1]))[0], flush=True)
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


def test_processes_claim_one_of_the_devices_each(tmp_path):
    with ExitStack() as stack:
        claims = [stack.enter_context(claimant(tmp_path, ["2", "3"]))[1] for _ in range(2)]
    assert claims == ["2", "3"]


def test_more_processes_share_the_devices_evenly(tmp_path):
    with ExitStack() as stack:
        claims = [stack.enter_context(claimant(tmp_path, ["0", "1"]))[1] for _ in range(6)]
    assert claims == ["0", "1"] * 3


def test_a_killed_process_leaves_its_device_to_the_next(tmp_path):
    with claimant(tmp_path, ["0", "1"]) as (process, first):
        with claimant(tmp_path, ["0", "1"]) as (_, meanwhile):
            pass
        process.kill()
        process.wait()
        with claimant(tmp_path, ["0", "1"]) as (_, after):
            pass
    assert (first, meanwhile, after) == ("0", "1", "0")


@pytest.mark.parametrize(
    ("n_devices", "devices", "reason", "line"),
    [
        (1, [], "", "CPU"),
        (0, ["0"], "", "CPU"),
        (1, [], "no driver", "CPU"),
        (1, ["0", "1"], "no driver", "CPU; GPU 0, 1 stays idle: no driver"),
    ],
)
def test_else_the_processor_trains_and_nothing_is_claimed(
    tmp_path, n_devices, devices, reason, line
):
    assert gpu.choose(n_devices, devices, reason, tmp_path) == (gpu.NO_DEVICE, line)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("named", "devices"),
    [
        ("3", ["3"]),
        ("0,1,2,3", ["0", "1", "2", "3"]),
        ("GPU-5ebe9f43, MIG-c7384736", ["GPU-5ebe9f43", "MIG-c7384736"]),
        ("", []),
        ("-1", []),
        ("1,-1,0", ["1"]),
    ],
)
def test_cuda_visible_devices_says_what_is_there(monkeypatch, named, devices):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert gpu.visible() == devices


@pytest.fixture
def unnamed(monkeypatch):
    """CUDA_VISIBLE_DEVICES is not set."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.usefixtures("unnamed")
def test_devices_are_counted_in_the_drivers_folder(tmp_path):
    for address in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / address).mkdir()
    assert gpu.visible(tmp_path) == ["0", "1"]


@pytest.mark.usefixtures("unnamed")
def test_devices_are_counted_by_nvidia_smi_where_the_driver_has_no_folder(tmp_path, monkeypatch):
    command = tmp_path / "nvidia-smi"
    command.write_text('#!/bin/sh\necho "GPU 0: A (UUID: x)"\necho "GPU 1: B (UUID: y)"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert gpu.visible(tmp_path / "none") == ["0", "1"]


@pytest.mark.usefixtures("unnamed")
def test_without_driver_and_nvidia_smi_there_are_no_devices(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpu.visible(tmp_path / "none") == []


@pytest.fixture
def tensorflow_build(tmp_path, monkeypatch):
    """Stands for an installed TensorFlow: only its own note of its build is ever read."""

    def install(is_cuda):
        note = tmp_path / "tensorflow/python/platform/build_info.py"
        note.parent.mkdir(parents=True)
        note.write_text(f"build_info = OrderedDict([('is_cuda_build', {is_cuda})])\n")
        (tmp_path / "tensorflow/__init__.py").touch()
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")

    return install


def test_a_build_for_gpus_may_use_the_visible_devices(tensorflow_build):
    tensorflow_build(is_cuda=True)
    assert gpu.usable() == ["0", "1"]


def test_a_build_for_cpus_may_not_and_says_what_to_install(tensorflow_build):
    tensorflow_build(is_cuda=False)
    assert gpu.usable() == []
    assert "make environment GPU=1" in gpu.cannot_use()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the locked build is another")
def test_the_locked_tensorflow_is_known_for_what_it_is():
    program = (
        "from nn_modularity.training import gpu\n"
        "print(not gpu.cannot_use())\n"
        "import tensorflow\n"
        "print(tensorflow.test.is_built_with_cuda())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment()
    )
    ours, its_own = done.stdout.split()
    assert ours == its_own


def test_a_job_says_that_its_tensorflow_leaves_the_devices_idle():
    program = """
import logging, os
from nn_modularity.training import gpu
logging.basicConfig(level=logging.INFO, format="%(message)s")
gpu.prepare(1, 1)
print(os.environ["CUDA_VISIBLE_DEVICES"])
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment(CUDA_VISIBLE_DEVICES="0,1,2,3"),
    )
    if "the build for CPUs" not in gpu.cannot_use():
        pytest.skip("needs the CPU's build of TensorFlow")
    assert done.stdout.strip() == gpu.NO_DEVICE
    assert done.stderr.splitlines() == [
        f"device: CPU; GPU 0, 1, 2, 3 stays idle: {gpu.cannot_use()}"
    ]


def test_tensorflow_starts_silently_deterministic_and_with_the_threads_asked_for():
    program = """
from nn_modularity.training import gpu
gpu.prepare(threads=3, n_devices=1)
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
