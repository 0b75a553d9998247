"""Figures of lesions in pairs, of dependencies and of paths show what the tables say."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from drawn_figures import arrows, line_points, texts_at
from lesion_examples import (
    FOUR_TYPES,
    NOTHING,
    SIX,
    pair_tables,
    path_table,
    single_test,
)
from nn_modularity import palette
from nn_modularity.figures import (
    conditional_heatmap,
    conditional_scatter,
    dependency_graph,
    dependency_types,
    joint_heatmap,
    joint_significance,
    weight_paths,
)
from nn_modularity.figures.parts import layers, submodules
from nn_modularity.figures.parts.dependencies import TYPES
from nn_modularity.figures.parts.pair_tests import CONDITIONAL_KEYS, JOINT_KEYS, PairTest
from nn_modularity.lesions.results import DoubleTest


def heatmap_and_table(kind):
    table = single_test(SIX).table
    table = table.sort_values(["layer", "label"], ignore_index=True)
    joint, conditional = pair_tables(table)
    if kind == "joint":
        # Of a pair, the triangle shows the later sub-module's row.
        keys, value = [*JOINT_KEYS[2:], *JOINT_KEYS[:2]], "diff"
        pairs = joint_heatmap.with_classes_of_single(joint, conditional)
        figure = joint_heatmap.draw(PairTest("MNIST, K = 4", table, pairs))
    else:
        keys, value, pairs = CONDITIONAL_KEYS, "s", conditional
        figure = conditional_heatmap.draw(PairTest("MNIST, K = 4", table, pairs))
    places = {name: place for place, name in enumerate(submodules.names(table))}
    rows = [places[f"{a}-{b}"] for a, b in pairs[keys[:2]].itertuples(index=False)]
    columns = [places[f"{a}-{b}"] for a, b in pairs[keys[2:]].itertuples(index=False)]
    return figure.axes[0], pairs.assign(row=rows, column=columns, value=pairs[value])


@pytest.mark.parametrize("kind", ["joint", "conditional"])
def test_heatmap_cells_hold_the_accuracy_lost(kind):
    axes, pairs = heatmap_and_table(kind)
    texts = texts_at(axes)
    assert set(texts) == set(zip(pairs.column, pairs.row, strict=True))
    for pair in pairs.itertuples():
        shown = texts[pair.column, pair.row].get_text().replace("−", "-")
        assert float(shown) == pytest.approx(-100 * pair.value, abs=0.5)


@pytest.mark.parametrize("kind", ["joint", "conditional"])
def test_heatmap_has_stars_where_pairs_are_significant_and_nowhere_else(kind):
    axes, pairs = heatmap_and_table(kind)
    stars = {tuple(point) for point in np.round(line_points(axes, "*")).astype(int)}
    significant = pairs[pairs.taxonomy.isin(["important", "sig-but-not-diff"])]
    assert stars == set(zip(significant.column, significant.row, strict=True))


@pytest.mark.parametrize("kind", ["joint", "conditional"])
def test_heatmap_is_bold_on_the_diagonal_alone(kind):
    axes, _ = heatmap_and_table(kind)
    for (column, row), text in texts_at(axes).items():
        assert (text.get_fontweight() == "bold") == (row == column)


@pytest.mark.parametrize("kind", ["joint", "conditional"])
def test_heatmap_hatches_the_pairs_within_a_layer(kind):
    axes, pairs = heatmap_and_table(kind)
    hatched = {
        tuple(np.round(np.add(patch.get_xy(), 0.5)).astype(int))
        for patch in axes.patches
        if patch.get_hatch()
    }
    within = pairs[pairs.within_layer & (pairs.row != pairs.column)]
    assert hatched == set(zip(within.column, within.row, strict=True))


def test_a_joint_lesion_of_one_submodule_has_the_class_of_the_conditional_lesions():
    table = single_test(SIX).table
    joint, conditional = pair_tables(table)
    is_alone = (joint.first_layer == joint.second_layer) & (joint.first_label == joint.second_label)
    found = joint_heatmap.with_classes_of_single(joint, conditional)
    expected = conditional[conditional.diagonal].taxonomy
    assert list(found.taxonomy[is_alone]) == list(expected)
    assert found.taxonomy[~is_alone].equals(joint.taxonomy[~is_alone])


def test_heatmap_ticks_name_the_class():
    table = single_test(SIX).table
    _, conditional = pair_tables(table)
    axes = conditional_heatmap.draw(PairTest("MNIST, K = 4", table, conditional)).axes[0]
    ticks = [text.get_text() for text in axes.get_yticklabels()]
    assert ticks == [
        *("1-0 (IMP)", "1-2 (SMA)", "2-0 (IMP)", "2-1 (OTH)", "3-1 (COM)", "4-1 (IMP)")
    ]


def test_abbreviations_of_classes_are_distinct():
    assert len(set(submodules.ABBREVIATIONS.values())) == len(palette.TAXONOMY)


def test_significance_map_colours_pairs_by_who_is_important():
    table = single_test(SIX).table
    table = table.sort_values(["layer", "label"], ignore_index=True)
    joint, _ = pair_tables(table)
    axes = joint_significance.draw(PairTest("MNIST, K = 4", table, joint)).axes[0]
    names = submodules.names(table)
    important = {
        name for name, taxon in zip(names, table.taxonomy, strict=True) if taxon == "important"
    }
    drawn = {
        tuple(np.round(np.add(patch.get_xy(), 0.5)).astype(int)): to_hex(patch.get_facecolor())
        for patch in axes.patches
        if not patch.get_hatch()
    }
    pairs = joint[
        joint.first_layer.ne(joint.second_layer) | joint.first_label.ne(joint.second_label)
    ]
    assert len(drawn) == len(pairs)
    for pair in pairs.itertuples():
        ends = [
            f"{pair.first_layer}-{pair.first_label}",
            f"{pair.second_layer}-{pair.second_label}",
        ]
        n_alone = len(important.intersection(ends))
        _, colour = joint_significance.IMPORTANCE[pair.important, n_alone]
        assert drawn[names.index(ends[0]), names.index(ends[1])] == colour.lower()


def test_effects_leave_out_pairs_within_a_layer():
    table = single_test(SIX).table
    _, conditional = pair_tables(table)
    across = conditional[~conditional.within_layer]
    joint_change, alone = conditional_scatter.draw(
        PairTest("MNIST, K = 4", table, conditional)
    ).axes
    points = joint_change.collections[0].get_offsets()
    np.testing.assert_allclose(points, 100 * across[["diff", "s"]])
    changes = table.set_index(["layer", "label"])["diff"]
    expected = [
        changes[layer, label] for layer, label in zip(across.layer, across.label, strict=True)
    ]
    np.testing.assert_allclose(alone.collections[0].get_offsets()[:, 0], 100 * np.array(expected))


def test_types_are_counted_and_drawn_at_their_effects():
    figure = dependency_types.draw(PairTest("MNIST, K = 4", single_test(SIX).table, FOUR_TYPES))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "I: X and Y are tied together (1 pair)",
        "II: Y gets all it needs from X (1 pair)",
        "III: X feeds only Y (1 pair)",
        "IV: says nothing (1 pair)",
    ]
    marker = TYPES["II"][3]
    np.testing.assert_allclose(line_points(figure.axes[0], marker), [[0, -20]])


def test_dependency_graph_has_an_edge_for_types_one_to_three_only():
    table = single_test([*SIX, (4, 2, 20, "important")]).table
    drawn = arrows(dependency_graph.draw(PairTest("MNIST, K = 4", table, FOUR_TYPES)).axes[0])
    assert set(drawn) == {"1-0-2-0", "1-0-4-1", "2-0-4-1"}
    colours = {name: to_hex(arrow.get_edgecolor()) for name, arrow in drawn.items()}
    assert colours["1-0-4-1"] == TYPES["II"][1].lower()


def test_dependency_graph_draws_a_node_for_every_submodule_in_its_layers_column():
    table = single_test(SIX).table
    axes = dependency_graph.draw(PairTest("MNIST, K = 4", table, FOUR_TYPES[:0])).axes[0]
    nodes = line_points(axes, "o")
    columns = {1: 0, 2: 1, 3: 2, 4: 3}
    assert sorted(nodes[:, 0]) == sorted(table.layer.map(columns))


def test_weight_graph_has_the_strong_paths_between_important_submodules_only():
    table = single_test(SIX).table
    paths = path_table(table)
    graph, heatmap, *_ = weight_paths.draw(PairTest("MNIST, K = 4", table, paths)).axes
    important = {(1, 0), (2, 0), (4, 1)}
    expected = {
        f"{x_layer}-{x_label}-{y_layer}-{y_label}"
        for x_layer, x_label, y_layer, y_label, weight in paths.itertuples(index=False)
        if {(x_layer, x_label), (y_layer, y_label)} <= important and weight >= weight_paths.STRONG
    }
    assert set(arrows(graph)) == expected != set()
    shown = heatmap.collections[0].get_array()
    np.testing.assert_allclose(np.sort(shown.compressed()), np.sort(paths.mean_normalised))


@pytest.mark.parametrize(
    ("start", "end"), [((0, 0), (100, 0)), ((0, 0), (100, 60)), ((0, 50), (120, -10))]
)
def test_an_edge_bends_around_a_node_in_its_way(start, end):
    start, end = np.array(start, float), np.array(end, float)
    assert layers.bend(start, end, []) == 0
    middle = (start + end) / 2
    bend = layers.bend(start, end, [(middle, 5.0)])
    along = end - start
    apex = middle + bend / 2 * np.array([along[1], -along[0]])
    assert np.hypot(*(apex - middle)) > 5


def test_no_dependency_and_no_strong_path_are_drawn_as_such():
    table = single_test(NOTHING).table
    graph = dependency_graph.draw(PairTest("MNIST, K = 4", table, FOUR_TYPES[:0])).axes[0]
    paths = weight_paths.draw(PairTest("MNIST, K = 4", table, path_table(table))).axes[0]
    assert not arrows(graph)
    assert not arrows(paths)
    said = {text.get_text() for axes in (graph, paths) for text in axes.texts}
    assert {
        "No dependencies of types I to III",
        "No strong path between important sub-modules",
    } <= said


def test_pairs_come_with_whether_their_data_are_complete(tmp_path):
    names = ("single", "joint", "conditional", "counts")
    paths = {name: tmp_path / name for name in names}
    table = single_test(SIX).table
    for name, of_pairs in zip(names, (table, *pair_tables(table)), strict=False):
        of_pairs.to_csv(paths[name], index=False)
    some = np.zeros(6, int)
    DoubleTest(some, some, "accuracy", 10, 9, some, some, some, data_complete=False).write(
        paths["counts"]
    )
    found = joint_heatmap.read(paths, "MNIST, K = 4")
    assert list(found.single.label) == list(table.label)
    assert len(found.pairs) == 21
    assert list(found.data_complete) == [False]
