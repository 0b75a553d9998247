"""Dependencies between sub-modules, and the weights that join them."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import damaged_networks as reference
from nn_modularity.graphs import layered
from nn_modularity.lesions import dependencies
from nn_modularity.networks.labelling import Labelling

FAST = settings(max_examples=40)


def conditional(effects):
    """Conditional table from {((layer, label), (given layer, given label)): class}."""
    return pd.DataFrame(
        [
            (*i, *j, -0.5 if kind == "important" else 0.0, 0.02, kind)
            for (i, j), kind in effects.items()
        ],
        columns=["layer", "label", "given_layer", "given_label", "s", "pvalue", "taxonomy"],
    )


def single(classes):
    """Single table from {(layer, label): class}."""
    return pd.DataFrame(
        [(*name, kind) for name, kind in classes.items()], columns=["layer", "label", "taxonomy"]
    )


@pytest.mark.parametrize(
    ("x_given_y", "y_given_x", "expected", "edge"),
    [
        ("other", "prunable", "I", True),  # without the other, neither matters
        ("important", "other", "II", True),  # Y gets all it needs from X
        ("sig-but-not-diff", "important", "III", True),  # X feeds only Y
        ("important", "important", "IV", False),
    ],
)
def test_type_of_a_dependency(x_given_y, y_given_x, expected, edge):
    x, y = (1, 0), (3, 2)
    table = dependencies.dependencies(
        single({x: "important", y: "important"}),
        conditional({(x, y): x_given_y, (y, x): y_given_x}),
    )
    (row,) = table.to_dict("records")
    assert (row["x_layer"], row["x_label"], row["y_layer"], row["y_label"]) == (*x, *y)
    assert row["type"] == expected
    assert row["edge"] == edge
    assert row["important_x_given_y"] == (x_given_y == "important")
    assert row["s_y_given_x"] == (-0.5 if y_given_x == "important" else 0.0)


def test_only_sub_modules_important_alone_and_of_different_layers_depend_on_each_other():
    classes = {
        (1, 0): "important",
        (1, 1): "important",
        (2, 0): "small",
        (2, 1): "complete",
        (3, 0): "diff-but-not-sig",
        (4, 0): "important",
    }
    table = dependencies.dependencies(
        single(classes), conditional({pair: "other" for pair in product(classes, repeat=2)})
    )
    pairs = table[["x_layer", "x_label", "y_layer", "y_label"]].to_numpy().tolist()
    assert pairs == [[1, 0, 4, 0], [1, 1, 4, 0]]


def test_without_important_sub_modules_the_table_is_empty_but_has_its_columns():
    table = dependencies.dependencies(single({(1, 0): "other"}), conditional({}))
    assert len(table) == 0
    assert {"type", "edge", "s_x_given_y"} <= set(table.columns)


@FAST
@given(reference.cases())
def test_weight_paths_equal_the_enumeration_of_all_paths(case):
    network, labels, _, _ = case
    names = reference.names(labels, network.widths)
    table = dependencies.weight_paths(
        layered.from_network(network).between, Labelling(labels, network.widths)
    )

    def step(x, y, reduced):
        rows = reference.members(labels, network.widths, *x)
        columns = reference.members(labels, network.widths, *y)
        return reduced(np.abs(network.kernels[x[0]].astype(float))[np.ix_(rows, columns)])

    def strength(x, y, reduced):
        between = [[z for z in names if z[0] == layer] for layer in range(x[0] + 1, y[0])]
        return sum(
            np.prod([step(*pair, reduced) for pair in zip((x, *via), (*via, y), strict=True)])
            for via in product(*between)
        )

    pairs = [(x, y) for x, y in product(names, repeat=2) if x[0] < y[0]]
    assert len(table) == len(pairs)
    rows = {
        ((row["x_layer"], row["x_label"]), (row["y_layer"], row["y_label"])): row
        for row in table.to_dict("records")
    }
    for name, reduced in (("mean", np.mean), ("sum", np.sum)):
        expected = {pair: strength(*pair, reduced) for pair in pairs}
        for (x, y), value in expected.items():
            row = rows[x, y]
            assert row[name] == pytest.approx(value, abs=1e-12)
            largest = max(
                other for (a, b), other in expected.items() if (a[0], b[0]) == (x[0], y[0])
            )
            assert row[f"{name}_normalised"] == pytest.approx(value / largest if largest else 0)
