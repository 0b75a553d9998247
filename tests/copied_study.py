"""Copies of the project, in which Snakemake runs a tiny study."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PARTS = (
    "Snakefile",
    "workflow_config.yaml",
    "rules",
    "scripts",
    "profiles",
    "studies/offline/study.yaml",  # without the results that a user has there
    "studies/fashion/study.yaml",
    "envs",
    "notebooks",
)
TINY = "tests/config/tiny.yaml"
WHOLE = "tests/config/whole.yaml"
TARGETS = (
    "results/mlp-lesion.xlsx",
    "results/mlp-clustering.csv",
    "results/mlp-double-lesion.xlsx",
    "results/figures/lesion-swarm-LINE.png",
    "results/figures/learning-curve-LINE-every-1.png",
)


class Study:
    """A copy of the project in a folder of its own.

    Compiled functions come along, so that a copy need not compile them again.
    """

    def __init__(self, folder: Path, source: Path = PROJECT, overlays: Sequence[str] = (TINY,)):
        self.folder = folder
        self.overlays = overlays
        for part in (*PARTS, TINY, WHOLE):
            original, copy = source / part, folder / part
            copy.parent.mkdir(parents=True, exist_ok=True)
            if original.is_dir():
                passing = shutil.ignore_patterns("*.pyc*", "*.tmp.*")
                shutil.copytree(original, copy, ignore=passing)
            else:
                shutil.copy2(original, copy)

    def command(
        self, *targets: str, options=(), overlay=None, cores=2, python=sys.executable
    ) -> list[str]:
        """Snakemake's command line; `overlay` is YAML that changes the tiny study.

        On a cluster there is no limit of `cores`.
        """
        overlays = [*self.overlays]
        if overlay is not None:
            (self.folder / "overlay.yaml").write_text(overlay)
            overlays.append("overlay.yaml")
        start = [str(python), "-m", "snakemake", *options]
        if cores is not None:
            start += ["--cores", str(cores)]
        return [*start, "--configfile", *overlays, "--", *(targets or TARGETS)]

    def run(self, *targets: str, shell=None, **settings) -> subprocess.CompletedProcess:
        """Run Snakemake to its end; the finished process, all its output in `stdout`.

        `shell` holds environment variables that the user has set.
        """
        return subprocess.run(
            self.command(*targets, **settings),
            cwd=self.folder,
            env={**os.environ, **(shell or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1800,
        )

    def make(self, *targets: str, **settings) -> None:
        """Run Snakemake, which must succeed."""
        done = self.run(*targets, **settings)
        assert done.returncode == 0, done.stdout

    def stale(self, *targets: str, overlay: str | None = None) -> dict[str, int]:
        """Rules that a run would run now, and how often."""
        done = self.run(*targets, options=["--dry-run"], overlay=overlay)
        assert done.returncode == 0, done.stdout
        if "Nothing to be done" in done.stdout:
            return {}
        table = done.stdout.partition("\njob ")[2].partition("\ntotal ")[0]
        counts = re.findall(r"^(\w+) +(\d+)$", table, flags=re.MULTILINE)
        assert counts, done.stdout
        return {rule: int(count) for rule, count in counts}

    def kill_when(self, pattern: str, *targets: str, by: int = signal.SIGKILL) -> str:
        """Start a run and send all of its processes a signal as soon as a file is there.

        Returns all that the run said.
        """
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                self.command(*targets),
                cwd=self.folder,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                while not any(self.folder.glob(pattern)):
                    assert process.poll() is None, f"the run ended before it made {pattern}"
                    time.sleep(0.05)
            finally:
                os.killpg(process.pid, by)
                process.wait()
            said.seek(0)
            return said.read()

    @contextmanager
    def edited(self, path: str) -> Iterator[None]:
        """A statement more in a file, for a while."""
        with self._with_text(path, lambda text: f"{text}\nEDITED = True\n"):
            yield

    @contextmanager
    def reworded(self, path: str) -> Iterator[None]:
        """Another docstring and a comment more in a file, for a while."""
        with self._with_text(path, lambda text: text.replace('"""', '"""So: ', 1) + "\n# so\n"):
            yield

    @contextmanager
    def _with_text(self, path: str, change: Callable[[str], str]) -> Iterator[None]:
        file = self.folder / path
        text, times = file.read_text(), file.stat()
        try:
            file.write_text(change(text))
            yield
        finally:
            file.write_text(text)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    @contextmanager
    def without(self, path: str) -> Iterator[None]:
        """A file less, for a while."""
        file = self.folder / path
        aside = self.folder / "aside"
        file.rename(aside)
        try:
            yield
        finally:
            aside.rename(file)

    def checksums(self) -> dict[str, str]:
        """SHA-256 of every file of data/ and results/, by path."""
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for folder in ("data", "results")
            for path in sorted((self.folder / folder).rglob("*"))
            if path.is_file()
        }
