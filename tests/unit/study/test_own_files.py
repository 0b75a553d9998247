"""Own files that lie where the workflow writes: they are refused, whatever leads there."""

import copy
import os
from pathlib import Path

import pytest
import yaml

from nn_modularity.errors import StudyError
from nn_modularity.study import study as config

WHOLE = yaml.safe_load((Path(__file__).parents[3] / "workflow_config.yaml").read_text())


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A project's folder, in which the user's own files already are; the working folder."""
    folder = tmp_path / "project"
    for name in ("data/mine.h5", "results/models/MINE/0/pruned.h5", "own/mine.h5"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"the only copy")
    monkeypatch.chdir(folder)
    return folder


def load(datasets=None, models=None):
    return config.load(
        {
            **WHOLE,
            "datasets": {**WHOLE["datasets"], **(datasets or {})},
            "models": {**WHOLE["models"], **(models or {})},
        }
    )


def dataset(file):
    return {"mine": {"kind": "own", "file": str(file)}}


def network(file, stage="pruned"):
    return {"MINE": {"dataset": "line", "files": {stage: str(file)}}}


WAYS = {
    "as it is": lambda path: path,
    "absolute": lambda path: Path(path).resolve(),
    "dots": lambda path: Path("own") / ".." / path,
    "out and in": lambda path: Path("..") / "project" / path,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("target", ["mine", "line"])
def test_a_dataset_that_the_workflow_makes_is_no_own_one(way, target):
    with pytest.raises(StudyError) as error:
        load(datasets=dataset(way(f"data/{target}.h5")))
    (line,) = str(error.value).splitlines()
    assert "datasets.mine.file: found " in line
    assert f"which the workflow itself makes (data/{target}.h5)" in line
    assert "delete" not in line


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("stage", ["unpruned", "pruned"])
@pytest.mark.parametrize("target", ["MINE/0/pruned", "MINE/3/unpruned", "LINE/0/pruned"])
def test_a_network_that_the_workflow_makes_is_no_own_one(way, stage, target):
    with pytest.raises(StudyError) as error:
        load(models=network(way(f"results/models/{target}.h5"), stage))
    (line,) = str(error.value).splitlines()
    assert f"models.MINE.files.{stage}: found " in line
    assert f"itself makes (results/models/{target}.h5)" in line


def test_links_are_followed_from_both_sides(project):
    os.symlink(project / "data" / "mine.h5", "own/link.h5")
    with pytest.raises(StudyError, match=r"datasets\.mine\.file: found 'own/link\.h5'"):
        load(datasets=dataset("own/link.h5"))
    os.remove("data/mine.h5")
    os.symlink(project / "own" / "mine.h5", "data/mine.h5")
    with pytest.raises(StudyError, match=r"datasets\.mine\.file: found 'own/mine\.h5'"):
        load(datasets=dataset("own/mine.h5"))


def test_a_linked_folder_is_the_folder(project, tmp_path):
    (project / "results").rename(tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", "results")
    with pytest.raises(StudyError, match=r"makes \(results/models/MINE/0/pruned\.h5\)"):
        load(models=network(tmp_path / "elsewhere" / "models" / "MINE" / "0" / "pruned.h5"))


def test_every_instance_is_looked_at(project):
    for instance in range(10):
        os.symlink(project / "own" / "mine.h5", f"own/{instance}.h5")
    load(models=network("own/{instance}.h5"))
    os.remove("own/9.h5")
    os.symlink(project / "results" / "models" / "MINE" / "0" / "pruned.h5", "own/9.h5")
    with pytest.raises(StudyError, match=r"files\.pruned: found 'own/9\.h5'"):
        load(models=network("own/{instance}.h5"))


@pytest.mark.parametrize("file", [".", "data", "results", "..", "/"])
def test_a_folder_around_what_the_workflow_makes_is_no_dataset(file):
    with pytest.raises(StudyError, match=r"datasets\.mine\.file: found"):
        load(datasets=dataset(file))


@pytest.mark.parametrize(
    "file", ["own/mine.h5", "data/another.h5", "data/raw/mine/a.npz", "results/own.h5", "no.h5"]
)
def test_any_other_place_will_do(file):
    load(datasets=dataset(file), models=network(file))


def test_a_file_that_is_not_there_is_named_with_what_was_meant():
    study = load(datasets=dataset("own/mien.h5"), models=network("own/mine.h5"))
    with pytest.raises(StudyError) as error:
        study.check_own_files("my.yaml")
    (line,) = str(error.value).splitlines()
    assert line == (
        "my.yaml: datasets.mine.file: found 'own/mien.h5', where no file is; "
        'did you mean "own/mine.h5"?'
    )


def test_the_instances_that_an_analysis_asks_for_must_be_there(project):
    own = network("own/{instance}.h5")
    (project / "own/0.h5").touch()
    load(models=own).check_own_files("my.yaml")
    analyses = copy.deepcopy(WHOLE["analyses"])
    analyses["mlp_clustering_stability"] |= {"models": ["MINE"], "instances": 2}
    study = config.load({**WHOLE, "models": {**WHOLE["models"], **own}, "analyses": analyses})
    with pytest.raises(StudyError, match=r"pruned: found 'own/1\.h5', where no file is"):
        study.check_own_files("my.yaml")
