"""Devices: claiming one for a training, and setting TensorFlow up on it.

`prepare` comes before TensorFlow is imported anywhere: the device, the threads and the tone of
TensorFlow's messages are decided when it starts.
"""

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

NVIDIA = Path("/proc/driver/nvidia/gpus")
LOCKS = Path(tempfile.gettempdir()) / f"nn-modularity-devices-{os.getuid()}"
NO_DEVICE = "-1"

_held: list[FileLock] = []


def prepare(threads: int) -> None:
    """Claim a device and start TensorFlow: deterministic, quiet, with this many threads.

    Parameters
    ----------
    threads : int
        For the arithmetic of one operation; operations run one after the other. A GPU ignores it.

    Notes
    -----
    With oneDNN, TensorFlow's default, a multi-layer perceptron gets the same bits from any number
    of threads and a CNN learns nearly twice as fast as without; a CNN's bits depend on `threads`.
    """
    if "tensorflow" in sys.modules:
        raise RuntimeError("gpu.prepare comes before the first import of TensorFlow")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    claim()
    with _errors_only():
        import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)


def claim(devices: Sequence[str] | None = None, locks: Path = LOCKS) -> str:
    """Claim one free device for this process and set ``CUDA_VISIBLE_DEVICES``.

    The claim ends with the process, however it ends: the system drops a file's lock with the
    last handle on it.

    Parameters
    ----------
    devices : sequence of str, optional
        Those present; found without TensorFlow unless given.
    locks : path
        Folder of the lock files, one a device.

    Returns
    -------
    str
        What ``CUDA_VISIBLE_DEVICES`` says: a device, or "-1" where none is present or free and
        the processor does the work. A value set before, as a cluster's scheduler does, stays.
    """
    granted = os.environ.get("CUDA_VISIBLE_DEVICES")
    if granted is None:
        devices = present() if devices is None else devices
        granted = _claim_first_free(devices, locks)
        os.environ["CUDA_VISIBLE_DEVICES"] = granted
    log.info("device: %s", "CPU" if granted in ("", NO_DEVICE) else f"GPU {granted}")
    return granted


def present(nvidia: Path = NVIDIA) -> list[str]:
    """Numbers of the GPUs in this machine, as CUDA counts them, without TensorFlow.

    Parameters
    ----------
    nvidia : path
        The driver's folder with an entry a device. Where there is none (WSL), ``nvidia-smi``
        is asked.
    """
    n_devices = len(list(nvidia.iterdir())) if nvidia.is_dir() else _listed_by_nvidia_smi()
    return [str(number) for number in range(n_devices)]


@contextmanager
def _errors_only() -> Iterator[None]:
    """Hold back what native code says on stderr, but for errors.

    TensorFlow announces oneDNN whatever its log level is.
    """
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)
            said.seek(0)
            for line in said.read().decode(errors="replace").splitlines(keepends=True):
                if not line.startswith(("I0", "I1", "W0", "W1", "WARNING: All log messages")):
                    sys.stderr.write(line)


def _listed_by_nvidia_smi() -> int:
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--list-gpus"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    return sum(line.startswith("GPU ") for line in answer.stdout.splitlines())


def _claim_first_free(devices: Sequence[str], locks: Path) -> str:
    if devices:
        locks.mkdir(parents=True, exist_ok=True)
    for device in devices:
        lock = FileLock(locks / f"{device}.lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            continue
        _held.append(lock)
        return device
    if devices:
        log.warning("all %d devices are claimed; this training runs on the CPU", len(devices))
    return NO_DEVICE
