"""Devices: claiming one for a training, and setting TensorFlow up on it.

`prepare` comes before TensorFlow is imported anywhere: the device, the threads and the tone of
TensorFlow's messages are decided when it starts.
"""

import importlib.util
import itertools
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

NVIDIA = Path("/proc/driver/nvidia/gpus")
LOCKS = Path(tempfile.gettempdir()) / f"nn-modularity-devices-{os.getuid()}"
NO_DEVICE = "-1"

_held: list[FileLock] = []


def prepare(threads: int, n_devices: int) -> None:
    """Claim a device and start TensorFlow: deterministic, quiet, with this many threads.

    What the user has set for Keras (``~/.keras/keras.json``) or oneDNN is left aside: the same
    study gives the same bits in anybody's shell.

    Parameters
    ----------
    threads : int
        For the arithmetic of one operation; operations run one after the other. A GPU ignores it.
    n_devices : int
        Devices that the job may use, 0 or 1.

    Notes
    -----
    With oneDNN, TensorFlow's default, a multi-layer perceptron gets the same bits from any number
    of threads and a CNN learns nearly twice as fast as without; a CNN's bits depend on `threads`.
    """
    if "tensorflow" in sys.modules:
        raise RuntimeError("gpu.prepare comes before the first import of TensorFlow")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.pop("TF_ENABLE_ONEDNN_OPTS", None)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    device, line = choose(n_devices, visible(), cannot_use())
    os.environ["CUDA_VISIBLE_DEVICES"] = device
    with _errors_only():
        import keras
        import tensorflow as tf

    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    found = tf.config.list_physical_devices("GPU")
    for each in found:
        tf.config.experimental.set_memory_growth(each, True)
    if device != NO_DEVICE and not found:
        line = f"CPU; TensorFlow can't start on GPU {device}: driver or CUDA libraries don't fit"
    log.info("device: %s", line)


def choose(
    n_devices: int, devices: Sequence[str], reason: str, locks: Path = LOCKS
) -> tuple[str, str]:
    """Choose where to train, and claim it for as long as this process lives.

    Parameters
    ----------
    n_devices : int
        Devices that the job may use, 0 or 1.
    devices : sequence of str
        Those that are visible.
    reason : str
        Why TensorFlow can't use them; empty where it can.
    locks : path
        Folder of the lock files.

    Returns
    -------
    device : str
        For ``CUDA_VISIBLE_DEVICES``: one of the devices, or "-1" for the processor.
    line : str
        What to say of it.
    """
    if devices and reason:
        return NO_DEVICE, f"CPU; GPU {', '.join(devices)} stays idle: {reason}"
    if not devices or n_devices == 0:
        return NO_DEVICE, "CPU"
    device = _claim(devices, locks)
    return device, f"GPU {device}"


def usable() -> list[str]:
    """The visible devices, where TensorFlow can use them; else none."""
    return [] if cannot_use() else visible()


def visible(nvidia: Path = NVIDIA) -> list[str]:
    """Names of the devices that CUDA shows to this process, found without TensorFlow.

    Parameters
    ----------
    nvidia : path
        The driver's folder with an entry a device. Where there is none (WSL), ``nvidia-smi``
        is asked.

    Notes
    -----
    ``CUDA_VISIBLE_DEVICES`` lists names; CUDA shows those before the first that it doesn't know,
    and -1, by which people mean the processor, is one of these.
    """
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        n_devices = len(list(nvidia.iterdir())) if nvidia.is_dir() else _listed_by_nvidia_smi()
        return [str(number) for number in range(n_devices)]
    names = (name.strip() for name in named.split(","))
    return list(itertools.takewhile(lambda name: name not in ("", NO_DEVICE), names))


def cannot_use() -> str:
    """Why TensorFlow as it is installed can't use a GPU; empty where it can."""
    package = importlib.util.find_spec("tensorflow")
    if package is None:
        return "TensorFlow is not installed"
    build = Path(package.origin).parent / "python" / "platform" / "build_info.py"
    if "('is_cuda_build', True)" in build.read_text():
        return ""
    return "this TensorFlow is the build for CPUs; make environment GPU=1 installs the other"


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


def _claim(devices: Sequence[str], locks: Path) -> str:
    """Claim the device that the fewest processes hold.

    Every device has places, a lock file each, and processes take the lowest that is free. The
    system drops a lock with the process that holds it, however that ends.
    """
    locks.mkdir(parents=True, exist_ok=True)
    for place in itertools.count():
        for device in devices:
            lock = FileLock(locks / f"{device}-{place}.lock")
            with suppress(Timeout):
                lock.acquire(blocking=False)
                _held.append(lock)
                return device
    raise AssertionError("there is always another place")
