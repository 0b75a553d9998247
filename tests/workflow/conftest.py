"""Real Snakemake runs of a tiny study, in copies of the project."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from copied_study import TINY, WHOLE, Study
from nn_modularity import files
from nn_modularity.networks import weights

OWN = "own"
"""The folder of the own dataset and networks of the whole tiny study."""


def write_own(folder: Path) -> None:
    """A dataset and two networks that a user made elsewhere."""
    folder.mkdir()
    generator = np.random.default_rng(1)
    arrays = {}
    for part, n in (("train", 60), ("test", 40)):
        arrays[f"X_{part}"] = generator.integers(0, 256, (n, 6, 6), dtype=np.uint8)
        arrays[f"y_{part}"] = generator.integers(0, 10, n)
    files.write_arrays(folder / "data.h5", arrays)
    for instance in range(2):
        kernels = [generator.normal(size=shape) for shape in ((36, 16), (16, 16), (16, 10))]
        weights.write(folder / f"{instance}.h5", weights.mlp(kernels))


@pytest.fixture(scope="session")
def finished(tmp_path_factory, worker_id) -> Study:
    """All of a tiny study, run to its end; tests leave its results as they are.

    It is made once, and every process of the tests has a copy, so that none sees another's edits.
    """
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    whole = shared / "whole"
    with FileLock(shared / "whole.lock"):
        if not (whole / "done").exists():
            study = Study(whole, overlays=(TINY, WHOLE))
            write_own(whole / OWN)
            study.make("all", "factors")
            (whole / "done").touch()
    mine = Study(tmp_path_factory.mktemp("finished"), source=whole, overlays=(TINY, WHOLE))
    for part in (OWN, "data", "results", "logs", "benchmarks", ".snakemake"):
        shutil.copytree(whole / part, mine.folder / part)
    return mine


@pytest.fixture(scope="session")
def copied() -> type[Study]:
    """Copies the project into a folder that a test names."""
    return Study


@pytest.fixture
def fresh(tmp_path) -> Study:
    """A copy of the project with nothing made yet."""
    return Study(tmp_path)


@pytest.fixture
def again(finished, tmp_path) -> Study:
    """A copy of the finished study's project with nothing made yet."""
    study = Study(tmp_path, source=finished.folder, overlays=finished.overlays)
    shutil.copytree(finished.folder / OWN, tmp_path / OWN)
    return study
