"""Targets in a command line."""

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
