"""Make the environment from its locks: `python3 envs/make_environment.py .venv [0 | 1]`.

With 1 it gets TensorFlow for GPUs, with 0 the one for processors, and without either it stays what
it is. Nothing is done where it was made from these very locks. Otherwise a new one is built beside
it and takes its place once it is complete; only what was made here, which holds a copy of the
locks, is ever removed.

Standard library only. Where the system's Python lacks ensurepip (Debian's python3 without
python3-venv), pip itself comes from the package registry, checked against the hash below.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urljoin

FOLDER = Path(__file__).parent
CPU, GPU = "requirements.txt", "requirements-gpu.txt"
OTHERS = ("requirements-dev.txt", "requirements-notebook.txt")
PIP = "25.3"
PIP_SHA256 = "9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd"
OLDEST, NEWEST = (3, 11), (3, 13)
SIZES = {CPU: 2.9, GPU: 7.6}  # GB when it is built
UNREADABLE = '"$`\\{}:\n'  # shells and Snakemake read these in the path of a program


def main(folder: str, gpu: str | None = None) -> None:
    environment = Path.cwd().resolve() / folder
    with _alone():
        locks = _locks(environment, gpu)
        if _is_current(environment, locks):
            return
        _check(environment, locks)
        new, old = (environment.with_name(environment.name + end) for end in (".new", ".old"))
        for leftover in (new, old):
            _remove(leftover)
        print(
            f"{folder}: {'the lock changed; ' if environment.exists() else ''}installing "
            f"{FOLDER.name}/{locks[0].name} (some minutes, {SIZES[locks[0].name]} GB)",
            flush=True,
        )
        start = time.monotonic()
        try:
            _build(new, locks)
            _move_paths(new, environment)
            if environment.exists():
                environment.rename(old)
            new.rename(environment)
        finally:
            _remove(new)
        _remove(old)
        print(f"{folder}: ready after {time.monotonic() - start:.0f} s", flush=True)


def _locks(environment: Path, gpu: str | None) -> list[Path]:
    """What the environment is made from: with TensorFlow for GPUs where that is asked for, and
    where it was the last time."""
    if gpu not in (None, "", "0", "1"):
        _refuse(f"GPU: found {gpu}, expected 1 (TensorFlow for GPUs) or 0 (for processors)")
    if not gpu:
        made_from = environment / "lock"
        gpu = str(int(made_from.is_file() and b"\nnvidia-" in made_from.read_bytes()))
    return [FOLDER / name for name in (GPU if gpu == "1" else CPU, *OTHERS)]


def _content(locks: list[Path]) -> bytes:
    return b"".join(lock.read_bytes() for lock in locks)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time, where the file system has locks."""
    with (FOLDER / CPU).open("r+") as file:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_current(environment: Path, locks: list[Path]) -> bool:
    """It was made from these very locks, lies where it was made, and its Python is still there."""
    lock, program = environment / "lock", environment / "bin" / "snakemake"
    made_from = lock.read_bytes() if lock.is_file() else b""
    if environment.is_symlink() and made_from == locks[0].read_bytes():
        return True  # what the study needs, without what its tests need
    if made_from != _content(locks):
        return False
    if environment.is_symlink() or not program.is_file():
        return True
    python = environment / "bin" / "python"
    return python.exists() and str(python) in program.read_text()


def _is_ours(folder: Path) -> bool:
    return not folder.is_symlink() and (folder / "lock").is_file()


def _check(environment: Path, locks: list[Path]) -> None:
    """Say in one line what stands in the way."""
    if environment.is_symlink():
        _refuse(
            f"{environment}: a link to {environment.readlink()}, which was not made from "
            f"{locks[0]}; make the environment there, or remove the link, then try again"
        )
    if environment.exists() and not _is_ours(environment):
        _refuse(
            f"{environment}: found something that `make` did not make; use it as it is "
            "(.venv/bin/snakemake …) or move it away, then try again"
        )
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        _refuse(
            f"{sys.executable}: found Python {sys.version.split()[0]}, expected 3.11 to 3.13; "
            "name another one with `make PYTHON=python3.12 …`"
        )
    if unreadable := [sign for sign in UNREADABLE if sign in str(environment)]:
        _refuse(
            f"{environment.parent}: found {' '.join(unreadable)} in the path, which shells and "
            "Snakemake read as something else; move the project into a folder of another name"
        )
    free = shutil.disk_usage(environment.parent).free / 1e9
    needed = SIZES[locks[0].name] + 0.6
    if free < needed:
        _refuse(f"{environment.parent}: found {free:.1f} GB free, expected {needed:.0f} GB")


def _refuse(line: str) -> None:
    raise SystemExit(line)


def _remove(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    if not _is_ours(folder):
        _refuse(f"{folder}: found something that `make` did not make; move it away, then try again")
    shutil.rmtree(folder)


def _build(environment: Path, locks: list[Path]) -> None:
    has_pip = importlib.util.find_spec("ensurepip") is not None
    environment.mkdir()
    (environment / "lock").touch()
    venv.create(environment, with_pip=has_pip, symlinks=True, prompt="nn-modularity")
    python = str(environment / "bin" / "python")
    pip = ["-m", "pip"] if has_pip else [str(_pip_wheel(environment) / "pip")]
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
    files = [argument for lock in locks for argument in ("-r", str(lock))]
    done = subprocess.run([python, *pip, "install", *options, *files])
    if done.returncode:
        _refuse(f"{locks[0]}: pip could not install it, as said above; nothing was changed")
    (environment / "lock").write_bytes(_content(locks))


def _move_paths(environment: Path, to: Path) -> None:
    """Let programs name the folder that the environment is about to be moved to."""
    for file in [environment / "pyvenv.cfg", *(environment / "bin").iterdir()]:
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            moved = content.replace(os.fsencode(environment), os.fsencode(to))
            if moved != content:
                file.write_bytes(moved)


def _pip_wheel(folder: Path) -> Path:
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    name = f"pip-{PIP}-py3-none-any.whl"
    with urllib.request.urlopen(index, timeout=60) as answer:
        links = re.findall(r'href="([^"]+)"', answer.read().decode())
    url = next((urljoin(index, link) for link in links if f"/{name}#" in f"{link}#"), None)
    if url is None:
        _refuse(f"{index}: found no {name}; install python3-venv, then try again")
    with urllib.request.urlopen(url, timeout=60) as answer:
        content = answer.read()
    found = hashlib.sha256(content).hexdigest()
    if found != PIP_SHA256:
        _refuse(f"{url}: found SHA-256 {found}, expected {PIP_SHA256}")
    wheel = Path(tempfile.mkdtemp(dir=folder)) / name
    wheel.write_bytes(content)
    return wheel


if __name__ == "__main__":
    main(*sys.argv[1:])
