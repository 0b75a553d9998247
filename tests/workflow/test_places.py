"""Wherever the project lies, and whatever shell it is started from, it runs its own code."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
of_finished_study = pytest.mark.xdist_group("finished")
LINE = "data/line.h5"
PICTURE = "results/figures/lesion-swarm-LINE.png"


def interpreter_in(folder: Path) -> Path:
    """A Python that lies in a folder, with the packages of the one that runs the tests."""
    venv.create(folder, symlinks=True, with_pip=False)
    packages = sysconfig.get_path("purelib", vars={"base": str(folder)})
    Path(packages, "those-of-the-tests.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin" / "python"


@pytest.fixture
def shell(tmp_path, finished):
    """A shell that names another checkout's library, a notebook's display, and tastes."""
    library = tmp_path / "nn_modularity"
    library.mkdir()
    (library / "__init__.py").write_text("raise RuntimeError('the library of another checkout')")
    (tmp_path / "matplotlibrc").write_text("axes.facecolor: pink")
    (tmp_path / "keras.json").write_text(
        '{"floatx": "float16", "image_data_format": "channels_first"}'
    )
    return {
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(finished.folder / "scripts")]),
        "MPLBACKEND": "module://not_installed.backend_inline",
        "MATPLOTLIBRC": str(tmp_path),
        "KERAS_HOME": str(tmp_path),
        "KERAS_BACKEND": "torch",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }


@of_finished_study
@pytest.mark.parametrize("file", [PICTURE, "results/models/LINE/0/unpruned.h5"])
def test_the_same_bits_come_from_anybodys_shell(finished, shell, file):
    before = (finished.folder / file).read_bytes()
    with finished.without(file):
        done = finished.run(file, shell=shell)
        assert done.returncode == 0, done.stdout
        assert (finished.folder / file).read_bytes() == before


@pytest.mark.parametrize("name", ["My Projects", "Müller's & $HOME; (1) `x` #%"])
def test_a_folder_may_have_any_name(copied, tmp_path, name):
    study = copied(tmp_path / name / "study")
    python = interpreter_in(study.folder / ".venv")
    done = study.run(LINE, python=python)
    assert done.returncode == 0, done.stdout
    assert (study.folder / LINE).is_file()


def test_results_can_go_into_another_folder(fresh):
    done = fresh.run(LINE, options=["--directory", "elsewhere"])
    assert done.returncode == 0, done.stdout
    assert (fresh.folder / "elsewhere" / LINE).is_file()
    assert not (fresh.folder / LINE).exists()


def test_another_folders_own_study_is_the_one_that_is_run(fresh):
    (fresh.folder / "elsewhere").mkdir()
    (fresh.folder / "elsewhere/workflow_config.yaml").write_text("sed: 3")
    done = fresh.run(LINE, options=["--directory", "elsewhere"])
    assert done.returncode != 0
    assert 'unknown key "sed"; did you mean "seed"?' in done.stdout


def test_another_workflow_can_use_this_one_as_a_module(fresh):
    outer = fresh.folder / "outer"
    outer.mkdir()
    (outer / "Snakefile").write_text(
        "module nets:\n"
        "    snakefile: '../Snakefile'\n"
        "    config: config\n"
        "use rule * from nets as nets_*\n"
    )
    study = ["--configfile", "../workflow_config.yaml", "../tests/config/tiny.yaml"]

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", "2", *study, *arguments],
            cwd=outer,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    made = run("--", LINE)
    assert made.returncode == 0, made.stdout
    assert (outer / LINE).is_file()
    planned = run("--dry-run", "--quiet", "rules", "--", "nets_all", PICTURE)
    assert planned.returncode == 0, planned.stdout


def test_a_user_whom_the_system_does_not_know_runs_a_study_as_in_the_container(fresh, tmp_path):
    """With the variables of the image, as `docker run --user` starts it."""
    variables = re.search(r"^ENV (.*)$", Path(PROJECT, "envs/Dockerfile").read_text(), re.M)[1]
    home = tmp_path / "home"
    home.mkdir()
    image = dict(variable.split("=") for variable in variables.split()) | {"HOME": str(home)}
    stranger = ["unshare", "--user", "--map-user=54321", "--map-group=54321"]
    if subprocess.run([*stranger, "true"]).returncode:
        pytest.skip("no user namespaces here")
    done = subprocess.run(
        [*stranger, *fresh.command("results/lesion/LINE.csv", PICTURE)],
        cwd=fresh.folder,
        env={"PATH": os.environ["PATH"], **image},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert (fresh.folder / PICTURE).is_file()
