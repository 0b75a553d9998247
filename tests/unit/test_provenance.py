"""Which files a script is made of."""

from pathlib import Path

import pytest

from nn_modularity import provenance

SCRIPTS = Path(__file__).parents[2] / "scripts"


def names(script):
    return {Path(file).name for file in provenance.code_files(SCRIPTS / script)}


def test_imports_are_followed_to_their_end():
    found = names("lesion_network.py")
    assert {"lesion_network.py", "lesion.py", "forward.py", "weights.py", "__init__.py"} <= found
    assert not {"training.py", "double_lesion.py", "config.py"} & found


def test_the_analysis_side_never_imports_tensorflow():
    tensorflow_rooms = {"networks.py", "training.py", "pruning.py", "recording.py"}
    for script in SCRIPTS.glob("*.py"):
        if script.name not in ("train.py", "prune.py"):
            in_library = {
                file
                for file in provenance.code_files(script)
                if Path(file).parent.name == "nn_modularity"
            }
            assert not {Path(file).name for file in in_library} & tensorflow_rooms, script.name


@pytest.mark.parametrize("statement", ["import rooms.one", "from rooms import one"])
def test_the_digest_changes_with_an_imported_module_alone(tmp_path, statement):
    (tmp_path / "rooms").mkdir()
    for name in ("__init__", "one", "other"):
        (tmp_path / f"rooms/{name}.py").write_text("")
    digests = []
    for script, edited in (("a.py", None), ("a.py", "other"), ("a.py", "one")):
        if edited:
            (tmp_path / f"rooms/{edited}.py").write_text("x = 1\n")
        (tmp_path / script).write_text(statement)
        provenance._content.cache_clear()
        provenance._imported_files.cache_clear()
        digests.append(provenance.code_digest(tmp_path / script))
    assert digests[0] == digests[1] != digests[2]
