"""Targets and settings in a command line."""

import pytest

from nn_modularity.study import targets


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("--cores 8 results/mlp-lesion.xlsx", ["results/mlp-lesion.xlsx"]),
        (
            "--cores 8 --configfile mine.yaml -- mlp_lesion data/line.h5",
            ["mlp_lesion", "data/line.h5"],
        ),
        ("-n data/line.h5 -- all", ["data/line.h5", "all"]),
        ("--cores 8", []),
        ("--config network=results/x.onnx -- my_network", ["my_network"]),
    ],
)
def test_targets_are_told_from_options(command, found):
    assert list(targets.of_command(command.split())) == found


def test_a_target_that_nothing_makes_is_named_with_what_may_be_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.txt").touch()
    command = "results/a.csv -- mlp_lesoin there.txt mlp_lesion results/figures/swarm-LIEN.png"
    rules, files = ["mlp_lesion", "all"], ["results/figures/swarm-LINE.png"]
    assert list(targets.unknown(command.split(), rules, files, "results/a.csv".__eq__)) == [
        'mlp_lesoin: nothing makes this; did you mean "mlp_lesion"?',
        "results/figures/swarm-LIEN.png: nothing makes this; did you mean "
        '"results/figures/swarm-LINE.png"?',
    ]


def test_settings_of_a_command_line_get_the_types_of_a_file():
    # As Snakemake's YAML loader leaves them: texts below the first level.
    given = {
        "seed": 7,
        "training": {"epochs": "1", "dropout": "0.5", "shuffle": "false"},
        "analyses": {"mlp_lesion": {"models": ["LINE"], "n_clusters": ["2", "7"], "k": "[]"}},
        "models": {"X": {"n_train": ""}},
    }
    found = {
        "seed": 7,
        "training": {"epochs": "1", "dropout": "0.5", "shuffle": "false", "batch_size": 128},
        "analyses": {"mlp_lesion": {"models": ["LINE"], "n_clusters": ["2", "7"], "k": "4"}},
        "models": {"X": {"n_train": "", "dataset": "1"}},
    }
    assert targets.typed(found, given) == {
        "seed": 7,
        "training": {"epochs": 1, "dropout": 0.5, "shuffle": False, "batch_size": 128},
        "analyses": {"mlp_lesion": {"models": ["LINE"], "n_clusters": [2, 7], "k": "4"}},
        "models": {"X": {"n_train": None, "dataset": "1"}},
    }
