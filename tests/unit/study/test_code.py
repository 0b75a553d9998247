"""A script's code is the script and all that it imports, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from nn_modularity.study import code

SCRIPTS = Path(code.__file__).parents[2]


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """Scripts of a little library."""
    files = {
        "main.py": "import numpy\nfrom library import first\n",
        "other.py": "print('nothing imported')\n",
        "library/__init__.py": "",
        "library/first.py": "def late():\n    from library.deep.second import thing\n",
        "library/deep/__init__.py": "",
        "library/deep/second.py": "from ..third import value as thing\n",
        "library/third.py": "from . import first  # a circle\nvalue = 1\n",
        "library/unused.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def digest(script):
    """As a new process sees it: contents are read once a process."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from nn_modularity.study import code;print(code.code_digest(sys.argv[1]))",
            script,
        ],
        env={"PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_imports_are_followed_through_packages_functions_and_circles(scripts):
    assert code.code_files("main.py") == [
        "library/__init__.py",
        "library/deep/__init__.py",
        "library/deep/second.py",
        "library/first.py",
        "library/third.py",
        "main.py",
    ]


def test_modules_that_are_imported_by_name_count_with_all_that_they_import(scripts):
    of_main = code.code_files("main.py")
    assert code.code_files("other.py", "library.third") == [*of_main[:-1], "other.py"]
    assert code.code_digest("other.py", "library.unused") != code.code_digest("other.py")


def test_a_script_without_imports_is_its_own_code(scripts):
    assert code.code_files("other.py") == ["other.py"]


def test_paths_are_relative_to_the_working_directory(scripts, monkeypatch):
    monkeypatch.chdir(scripts / "library")
    assert code.code_files(scripts / "other.py") == ["../other.py"]


@pytest.mark.parametrize("name", ["main.py", "library/third.py", "library/__init__.py"])
def test_an_edit_of_anything_imported_changes_the_digest(scripts, name):
    before = digest("main.py")
    (scripts / name).write_text((scripts / name).read_text() + "edited = 1\n")
    assert digest("main.py") != before


@pytest.mark.parametrize(
    "text",
    [
        "'''A docstring.'''\nfrom . import first\nvalue = 1\n'''Of the value.'''\n",
        "from . import first  # another comment\n\n\nvalue = (\n    1\n)\n",
    ],
    ids=["docstring", "layout"],
)
def test_what_means_the_same_has_the_same_digest(scripts, text):
    before = digest("main.py")
    (scripts / "library/third.py").write_text(text)
    assert digest("main.py") == before


def test_nothing_else_changes_the_digest(scripts):
    before = digest("main.py")
    (scripts / "library/unused.py").write_text("edited = True\n")
    (scripts / "other.py").write_text("edited = True\n")
    (scripts / "main.py").touch()
    moved = scripts.rename(scripts.with_name("moved"))
    assert digest(str(moved / "main.py")) == before


def test_training_code_is_no_part_of_the_lesions():
    lesion, training = (
        {
            Path(file).as_posix().partition("nn_modularity/")[2]
            for file in code.code_files(SCRIPTS / script)
        }
        for script in ("lesion_network.py", "train.py")
    )
    assert {"lesions/single.py", "networks/weights.py"} <= lesion
    assert {"training/fitting.py", "networks/weights.py"} <= training
    assert not {"training/fitting.py", "training/pruning.py", "lesions/taxonomy.py"} & lesion
    assert not {"lesions/single.py", "training/pruning.py"} & training


def test_no_script_of_the_analysis_imports_tensorflow():
    with_tensorflow = {
        script.name
        for script in SCRIPTS.glob("*.py")
        if any(
            word in Path(file).read_text()
            for file in code.code_files(script)
            for word in ("import tensorflow", "import keras", "from keras", "from tensorflow")
        )
    }
    # An import asks Keras for its own predictions, of Keras's files alone.
    with_training = {"train.py", "prune.py", "record_checkpoints.py", "import_network.py"}
    assert with_tensorflow == with_training
