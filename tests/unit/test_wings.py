"""The house: imports run one way between its wings, and no wing is more than a line itself."""

import ast
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
LIBRARY = SCRIPTS / "nn_modularity"
GROUND = {path.stem for path in LIBRARY.glob("*.py")} - {"__init__"}
MAY_IMPORT = {
    "study": {"datasets.raw_folder"},  # the rules look into it too
    "datasets": set(),
    "networks": set(),
    "training": {"datasets", "networks", "clustering"},
    "activations": {"networks"},
    "graphs": {"networks", "activations"},
    "lesions": {"networks", "activations"},
    "clustering": {"networks", "graphs", "activations"},
    "tables": {"networks", "graphs", "lesions", "clustering"},
    "workbooks": {"datasets", "networks", "lesions", "tables"},
    "paper": {"lesions", "tables"},
    "figures": {"networks", "graphs", "lesions", "clustering", "tables", "paper"},
    "pages": {"datasets", "networks", "graphs", "clustering", "tables", "figures"},
}


def imported(file):
    """Names below nn_modularity that a file imports: a room of the ground, or wing.room."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nn_modularity"):
            base = node.module.split(".")[1:]
            yield from (".".join([*base, alias.name]) for alias in node.names)


def test_every_wing_is_known():
    assert {path.parent.name for path in LIBRARY.glob("*/__init__.py")} == set(MAY_IMPORT)


@pytest.mark.parametrize("wing", MAY_IMPORT)
def test_imports_run_one_way(wing):
    allowed = {*GROUND, wing, *MAY_IMPORT[wing]}
    for file in (LIBRARY / wing).rglob("*.py"):
        for name in imported(file):
            first, *rest = name.split(".")
            known = first in allowed or ".".join([first, *rest[:1]]) in allowed
            assert known, f"{file.relative_to(LIBRARY)} imports {name}"


def test_the_ground_rests_on_nothing():
    for room in GROUND:
        for name in imported(LIBRARY / f"{room}.py"):
            assert name.split(".")[0] in GROUND, f"{room}.py imports {name}"


def test_no_entry_script_reaches_the_study():
    for script in SCRIPTS.glob("*.py"):
        assert not [name for name in imported(script) if name.startswith("study")], script.name


def test_every_package_is_one_docstring():
    for file in LIBRARY.rglob("__init__.py"):
        (only,) = ast.parse(file.read_text()).body
        assert isinstance(only, ast.Expr), file
        assert len(file.read_text().splitlines()) == 1, file
