"""What the datasets' rules are given: what changes the content, and where to look."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from nn_modularity.study import study as config
from nn_modularity.study.datasets import Datasets

WHOLE = yaml.safe_load((Path(__file__).parents[3] / "workflow_config.yaml").read_text())


def given(dataset, seed=1, **settings):
    """Settings and search of a dataset, some of its keys changed."""
    changed = {**WHOLE["datasets"], dataset: {**WHOLE["datasets"].get(dataset, {}), **settings}}
    datasets = Datasets(config.load({**WHOLE, "seed": seed, "datasets": changed}))
    wildcards = SimpleNamespace(dataset=dataset)
    return datasets.settings(wildcards), datasets


@pytest.mark.parametrize(
    "where",
    [
        {"mirrors": ["http://server/mnist"]},
        {"timeout": 3.0},
        {"torchvision": "~/data"},
        {"sources": ["download", "raw"]},
    ],
)
def test_where_a_published_dataset_is_looked_for_is_none_of_its_settings(where):
    settings, datasets = given("mnist", **where)
    assert settings == given("mnist")[0] == given("mnist", seed=2)[0]
    search = datasets.search(SimpleNamespace(dataset="mnist"), input=[])
    assert {key: search[key] for key in where} == where


def test_the_subset_is_another_content_and_depends_on_the_seed():
    subset = given("mnist", sources=["raw", "embedded"])[0]
    assert subset != given("mnist")[0]
    assert subset != given("mnist", sources=["raw", "embedded"], seed=2)[0]
    assert subset == given("mnist", sources=["raw", "download", "embedded"])[0]


def test_a_generated_dataset_has_its_seed_and_its_sizes():
    assert given("line")[0] == {
        "seed": 1,
        "dataset": "line",
        "kind": "generated",
        "generator": "line",
        "n_train": 60_000,
        "n_test": 10_000,
    }


def test_raw_files_are_inputs_where_they_make_a_subset_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/raw/mnist").mkdir(parents=True)
    (tmp_path / "data/raw/mnist/mnist.npz").touch()
    wildcards = SimpleNamespace(dataset="mnist")
    assert given("mnist")[1].raw_files(wildcards) == []
    subset = given("mnist", sources=["raw", "embedded"])[1]
    assert subset.raw_files(wildcards) == ["data/raw/mnist/mnist.npz"]
