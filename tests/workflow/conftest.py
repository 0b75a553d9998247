"""Real Snakemake runs of a tiny study, in copies of the project."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PARTS = ("Snakefile", "workflow_config.yaml", "rules", "scripts", "profiles", "envs")
TARGETS = (
    "results/mlp-lesion.xlsx",
    "results/mlp-clustering.csv",
    "results/mlp-double-lesion.xlsx",
    "results/figures/lesion-swarm-LINE.png",
    "results/figures/learning-curve-LINE-every-1.png",
)


class Study:
    """A copy of the project in a folder of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        for part in (*PARTS, "tests/config/tiny.yaml"):
            source, target = PROJECT / part, folder / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, target)

    def command(self, *arguments: str, overlay: str | None = None, cores: int = 2) -> list[str]:
        overlays = ["tests/config/tiny.yaml"]
        if overlay is not None:
            (self.folder / "overlay.yaml").write_text(overlay)
            overlays.append("overlay.yaml")
        start = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile"]
        return [*start, *overlays, "--", *arguments]

    def run(self, *targets: str, options=(), overlay=None, cores: int = 2):
        """Run Snakemake to its end; the finished process, its output as text."""
        command = self.command(*(targets or TARGETS), overlay=overlay, cores=cores)
        position = command.index("--configfile")
        command[position:position] = options
        return subprocess.run(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def stale(self, *targets: str, overlay=None) -> set[str]:
        """Rules that a run would run now."""
        done = self.run(*targets, options=["-n"], overlay=overlay)
        assert done.returncode == 0, done.stdout
        if "Nothing to be done" in done.stdout:
            return set()
        table = done.stdout.partition("\njob ")[2].partition("\ntotal ")[0]
        return set(re.findall(r"^(\w+) +\d+$", table, flags=re.MULTILINE))

    def kill_when(self, path: str, *targets: str) -> None:
        """Start a run and kill all of its processes as soon as a file is there."""
        process = subprocess.Popen(
            self.command(*(targets or TARGETS)),
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while not list(self.folder.glob(path)) and process.poll() is None:
            pass
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def checksums(self) -> dict[str, str]:
        """SHA-256 of every table, spreadsheet, figure and HDF5 file, by path."""
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for folder in ("data", "results")
            for path in sorted((self.folder / folder).rglob("*"))
            if path.is_file()
        }


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Study:
    """A tiny study, run to its end; tests leave its results alone."""
    study = Study(tmp_path_factory.mktemp("finished"))
    done = study.run()
    assert done.returncode == 0, done.stdout
    return study


@pytest.fixture
def fresh(tmp_path) -> Study:
    """A copy of the project with nothing made yet."""
    return Study(tmp_path)
