"""An environment is made from the lock, beside the old one; nothing of the user's is cleared."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "envs" / "make_environment.py"


@pytest.fixture
def make(tmp_path, monkeypatch):
    """`make_environment` of a project whose locks ask for nothing."""
    specification = importlib.util.spec_from_file_location("make_environment", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    (tmp_path / module.CPU).write_text("# the first lock\n")
    (tmp_path / module.GPU).write_text("# for GPUs\nnvidia-x==1 ; python_version < '3'\n")
    for name in module.OTHERS:
        (tmp_path / name).write_text(f"# {name}\n")
    return module


@pytest.fixture
def lock(make):
    """The lock that an environment is made from unless one for GPUs is asked for."""
    return make.FOLDER / make.CPU


OTHERS = "# requirements-dev.txt\n# requirements-notebook.txt\n"
LOCKED = "# the first lock\n" + OTHERS


def files(folder):
    return {path.relative_to(folder): path.lstat().st_mtime_ns for path in folder.rglob("*")}


def test_the_environment_is_complete_and_names_its_own_place(make, capsys):
    make.main(".venv")
    environment = Path(".venv").absolute()
    assert sorted(os.listdir()) == [".venv"]
    assert (environment / "lock").read_text() == LOCKED
    for file in (environment / "bin").iterdir():
        assert b".venv.new" not in file.read_bytes()
    said = subprocess.run(
        ["bash", "-c", ". .venv/bin/activate && python -c 'import sys; print(sys.prefix)'"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.strip() == str(environment)
    assert "ready" in capsys.readouterr().out


@pytest.fixture
def made(make):
    """What counts of an environment that was made from the lock."""
    environment = Path(".venv").absolute()
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(sys.executable)
    (environment / "bin" / "snakemake").write_text(f"#!{environment}/bin/python\n")
    (environment / "lock").write_text(LOCKED)
    return environment


def test_the_locks_content_counts_and_not_its_time(make, made, lock, capsys):
    before = files(made)
    os.utime(lock)
    make.main(".venv")
    assert files(made) == before
    assert capsys.readouterr().out == ""


def test_another_lock_makes_another_environment(make, made, lock, capsys):
    lock.write_text("# another lock\n")
    for left_by_an_interrupted_run in (".venv.new", ".venv.old"):
        Path(left_by_an_interrupted_run).mkdir()
        Path(left_by_an_interrupted_run, "lock").touch()
    make.main(".venv")
    assert (made / "lock").read_text() == "# another lock\n" + OTHERS
    assert not (made / "bin" / "snakemake").exists()
    assert sorted(os.listdir()) == [".venv"]
    assert "the lock changed" in capsys.readouterr().out


def test_a_lock_that_cannot_be_installed_leaves_the_old_environment(make, made, lock, monkeypatch):
    before = files(made)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    lock.write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(SystemExit, match="nothing was changed"):
        make.main(".venv")
    assert files(made) == before
    assert sorted(os.listdir()) == [".venv"]


def test_an_environment_for_gpus_stays_one_until_another_is_asked_for(make, made, capsys):
    make.main(".venv", "1")
    assert (made / "lock").read_text().startswith("# for GPUs\n")
    before = files(made)
    for gpu in ("1", "", None):
        make.main(".venv", gpu)
    assert files(made) == before
    for gpu, lock in (("1", make.GPU), ("", make.GPU), (None, make.GPU), ("0", make.CPU)):
        assert make._locks(made, gpu)[0].name == lock
    with pytest.raises(SystemExit, match="GPU: found yes"):
        make.main(".venv", "yes")


@pytest.fixture
def shared(tmp_path):
    """An environment of the user's, kept elsewhere and linked into the project."""
    folder = tmp_path / "shared"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "tool").write_text("mine")
    Path(".venv").symlink_to(folder)
    return folder


@pytest.mark.parametrize("with_tests", [True, False])
def test_a_linked_environment_from_the_same_lock_is_used(make, shared, lock, with_tests):
    (shared / "lock").write_text(LOCKED if with_tests else lock.read_text())
    before = files(shared)
    make.main(".venv")
    assert files(shared) == before
    assert Path(".venv").is_symlink()


@pytest.mark.parametrize("lock", ["# an older lock\n", None])
def test_no_other_linked_environment_is_touched(make, shared, lock):
    if lock is not None:
        (shared / "lock").write_text(lock)
    before = files(shared)
    with pytest.raises(SystemExit, match=r"a link to .*shared"):
        make.main(".venv")
    assert files(shared) == before
    assert Path(".venv").is_symlink()


@pytest.mark.parametrize("name", [".venv", ".venv.new", ".venv.old"])
def test_a_folder_that_make_did_not_make_is_left_alone(make, name):
    Path(name).mkdir()
    Path(name, "thesis.tex").write_text("mine")
    with pytest.raises(SystemExit, match="did not make"):
        make.main(".venv")
    assert Path(name, "thesis.tex").read_text() == "mine"


def test_an_environment_moved_with_its_project_is_made_anew(make, made, monkeypatch):
    monkeypatch.chdir(Path.cwd().rename(Path.cwd().with_name("moved")))
    make.main(".venv")
    assert not Path(".venv/bin/snakemake").exists()
    assert Path(".venv/lock").is_file()


@pytest.mark.parametrize("sign", ["$HOME", "{x}", 'a"b', "a`b", "a\\b", "a:b"])
def test_a_path_that_shells_read_as_something_else_is_refused_first(make, monkeypatch, sign):
    Path(sign).mkdir()
    monkeypatch.chdir(sign)
    with pytest.raises(SystemExit, match="in the path"):
        make.main(".venv")
    assert os.listdir() == []


def test_a_path_may_hold_spaces_and_apostrophes(make, monkeypatch):
    Path("My Pro'j & (1)").mkdir()
    monkeypatch.chdir("My Pro'j & (1)")
    make.main(".venv")
    python = subprocess.run([".venv/bin/python", "--version"], capture_output=True, text=True)
    assert python.returncode == 0


def test_a_full_disk_and_another_python_are_named(make, monkeypatch):
    monkeypatch.setattr(make, "SIZES", {make.CPU: 1e9})
    with pytest.raises(SystemExit, match="GB free"):
        make.main(".venv")
    monkeypatch.setattr(make, "OLDEST", (3, 99))
    with pytest.raises(SystemExit, match=r"found Python 3\.\d+"):
        make.main(".venv")
    assert os.listdir() == []
