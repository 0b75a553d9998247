"""Figures of lesions hold what the data say."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from nn_modularity import palette
from nn_modularity.figures import (
    dependencies,
    double_lesion,
    layers,
    lesion,
    style,
    submodules,
    swarms,
)
from nn_modularity.figures.accuracies import Accuracies

N_CLASSES = 5
CLASS_SIZES = np.full(N_CLASSES, 200)

# Layer, label, neurons, class of six sub-modules, not in order.
SIX = [
    (2, 1, 40, "other"),
    (1, 0, 60, "important"),
    (1, 2, 5, "small"),
    (2, 0, 20, "important"),
    (4, 1, 30, "important"),
    (3, 1, 50, "complete"),
]
# Two sub-modules of two layers, none of them important.
NOTHING = [(1, 0, 50, "complete"), (2, 3, 50, "complete")]


def single_test(rows, seed=0):
    """A table of single lesions and the accuracies behind it."""
    generator = np.random.default_rng(seed)
    n = len(rows)
    intact = CLASS_SIZES - generator.integers(2, 8, N_CLASSES)
    lesioned = generator.integers(60, 180, (n, N_CLASSES))
    null = generator.integers(150, 190, (20, n, N_CLASSES))
    table = pd.DataFrame(rows, columns=["layer", "label", "n_layer_label", "taxonomy"])
    in_layer = table.groupby("layer").n_layer_label.transform("sum")
    correct = lesioned.sum(axis=1)
    table["label_in_layer_proportion"] = table.n_layer_label / in_layer
    table["true"] = correct / CLASS_SIZES.sum()
    table["diff"] = (correct - intact.sum()) / CLASS_SIZES.sum()
    overall = null.sum(axis=2)
    table["z_score"] = (correct - overall.mean(axis=0)) / overall.std(axis=0, ddof=1)
    return table, Accuracies.from_counts(CLASS_SIZES, intact, lesioned, null)


def pair_tables(single, seed=0):
    """Tables of joint and conditional lesions of the sub-modules of a single test."""
    generator = np.random.default_rng(seed)
    names = list(zip(single.layer, single.label, strict=True))
    classes = ["important", "sig-but-not-diff", "diff-but-not-sig", "other", "prunable"]
    joint, conditional = [], []
    for i, first in enumerate(names):
        for j, second in enumerate(names):
            pair = [*first, *second, first[0] == second[0]]
            effects = generator.uniform(-0.6, 0.02, 2)
            conditional.append([*pair, i == j, *effects, generator.choice(classes)])
            if i <= j:
                joint.append([*pair, effects[0], generator.choice(classes)])
    joint = pd.DataFrame(
        joint, columns=[*double_lesion.JOINT_KEYS, "within_layer", "diff", "taxonomy"]
    )
    conditional = pd.DataFrame(
        conditional,
        columns=[
            *double_lesion.CONDITIONAL_KEYS,
            *("within_layer", "diagonal", "s", "diff", "taxonomy"),
        ],
    )
    return joint.assign(important=joint.taxonomy == "important"), conditional


def dependency_table(*rows):
    columns = [*dependencies.PAIR_KEYS, "s_x_given_y", "s_y_given_x", "type"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(edge=table["type"] != "IV")


def path_table(single):
    names = sorted(zip(single.layer, single.label, strict=True))
    pairs = [(*x, *y) for x, y in itertools.product(names, repeat=2) if x[0] < y[0]]
    table = pd.DataFrame(pairs, columns=dependencies.PAIR_KEYS)
    return table.assign(mean_normalised=np.linspace(0.3, 1, len(pairs)))


FOUR_TYPES = dependency_table(
    (1, 0, 2, 0, 0.0, 0.0, "I"),
    (1, 0, 4, 1, -0.2, 0.0, "II"),
    (2, 0, 4, 1, 0.0, -0.3, "III"),
    (1, 0, 4, 2, -0.2, -0.3, "IV"),
)


def drawings(rows, dependent):
    """All figures of lesions by name, as functions that draw them."""
    table, accuracies = single_test(rows)
    joint, conditional = pair_tables(table)
    return {
        "swarm": lambda: swarms.swarm(table, accuracies),
        "lines": lambda: lesion.lines(table, accuracies),
        "profile": lambda: lesion.profile(table, accuracies),
        "scatter": lambda: lesion.scatter(table),
        "control": lambda: swarms.random_control(table, accuracies, *single_test(rows, seed=1)),
        "joint": lambda: double_lesion.joint_heatmap(table, joint, conditional),
        "conditional": lambda: double_lesion.conditional_heatmap(table, conditional),
        "significance": lambda: double_lesion.joint_significance(table, joint),
        "effects": lambda: double_lesion.conditional_scatter(table, conditional),
        "types": lambda: dependencies.dependency_types(dependent),
        "graph": lambda: dependencies.dependency_graph(table, dependent),
        "paths": lambda: dependencies.weight_paths(table, path_table(table)),
    }


def line_points(axes, marker):
    """Points of all lines with a marker, in data coordinates."""
    lines = [line for line in axes.lines if line.get_marker() == marker]
    return np.concatenate([line.get_xydata() for line in lines])


def tick_names(axis):
    return [text.get_text().split()[0] for text in axis.get_ticklabels()]


def texts_at(axes):
    return {tuple(np.round(text.get_position()).astype(int)): text for text in axes.texts}


def arrows(axes):
    return {patch.get_gid(): patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)}


def test_accuracies_are_shares_of_each_class_and_of_all_images():
    accuracies = Accuracies.from_counts(
        class_sizes=np.array([10, 30]),
        intact=np.array([10, 15]),
        lesioned=np.array([[5, 0]]),
        null=np.array([[[1, 3]], [[0, 30]]]),
    )
    np.testing.assert_allclose(accuracies.intact, [100, 50, 62.5])
    np.testing.assert_allclose(accuracies.true, [[50, 0, 12.5]])
    np.testing.assert_allclose(accuracies.null, [[[10, 10, 10]], [[0, 100, 75]]])


def test_swarm_puts_crosses_and_points_at_their_accuracies():
    table, accuracies = single_test(SIX)
    axes = swarms.swarm(table, accuracies).axes[0]
    by_name = dict(zip(submodules.names(table), range(len(table)), strict=True))
    order = [by_name[name] for name in tick_names(axes.yaxis)]
    assert tick_names(axes.yaxis) == ["1-0", "1-2", "2-0", "2-1", "3-1", "4-1"]
    crosses = line_points(axes, "x")
    np.testing.assert_allclose(crosses[:, 0], 100 * table.true.to_numpy()[order])
    np.testing.assert_array_equal(crosses[:, 1], range(len(table)))
    clouds = [each for each in axes.collections if isinstance(each, PathCollection)]
    for place, (row, cloud) in enumerate(zip(order, clouds, strict=True)):
        x, y = cloud.get_offsets().T
        np.testing.assert_allclose(x, accuracies.null[:, row, -1])
        assert np.all(np.abs(y - place) < 0.5)
        colour = palette.TAXONOMY[table.taxonomy.iloc[row]]
        assert to_hex(cloud.get_facecolor()[0]) == colour.lower()


def test_swarm_dashes_the_intact_accuracy():
    table, accuracies = single_test(SIX)
    axes = swarms.swarm(table, accuracies).axes[0]
    (dashed,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    np.testing.assert_allclose(dashed.get_xdata(), accuracies.intact[-1])


@given(
    st.lists(st.integers(0, 200), min_size=1, max_size=60),
    st.floats(0.5, 20),
    st.floats(0.01, 0.3),
)
def test_swarm_points_of_a_bin_stand_apart_and_within_the_limit(values, bin_width, step):
    values = np.array(values, float)
    apart = swarms.offsets(values, bin_width, step, limit=0.4)
    assert np.all(np.abs(apart) <= 0.4 + 1e-9)
    for own in np.unique(np.floor(values / bin_width)):
        in_bin = apart[np.floor(values / bin_width) == own]
        assert len(np.unique(in_bin)) == len(in_bin)


def test_lines_have_a_panel_a_submodule_with_true_and_intact_accuracies():
    table, accuracies = single_test(SIX)
    panels = lesion.lines(table, accuracies).axes
    assert len(panels) == len(table)
    for axes, row in zip(panels, submodules.ordered(table), strict=True):
        expected = f"{table.layer[row]}-{table.label[row]}"
        assert axes.get_title(loc="left").startswith(expected)
        drawn = {
            to_hex(line.get_color()): line.get_ydata()
            for line in axes.lines
            if len(line.get_ydata()) == N_CLASSES
        }
        np.testing.assert_allclose(drawn[lesion.TRUE.lower()], accuracies.true[row, :-1])
        np.testing.assert_allclose(drawn[lesion.INTACT.lower()], accuracies.intact[:-1])
        random = np.stack([segment[:, 1] for segment in axes.collections[0].get_segments()])
        np.testing.assert_allclose(random, accuracies.null[:, row, :-1])


def test_profile_names_each_submodule_with_its_class_in_its_layer():
    table, accuracies = single_test(SIX)
    panels = lesion.profile(table, accuracies).axes
    named = {
        axes.get_title(loc="left"): [text.get_text() for text in axes.get_legend().get_texts()]
        for axes in panels
    }
    assert named["Layer 1"] == ["intact network", "1-0 important", "1-2 small"]
    assert named["Layer 3"] == ["intact network", "3-1 complete"]


def test_scatter_names_the_important_submodules_and_no_others():
    table, _ = single_test(SIX)
    for axes in lesion.scatter(table).axes:
        assert {text.get_text() for text in axes.texts} == {"1-0", "2-0", "4-1"}


def test_scatter_leaves_out_a_submodule_without_a_z_score():
    table, _ = single_test(SIX)
    table.loc[1, "z_score"] = -np.inf  # its random lesions are all alike
    for axes in lesion.scatter(table).axes:
        assert {text.get_text() for text in axes.texts} == {"2-0", "4-1"}


def test_control_counts_the_important_on_both_sides_and_shares_the_scale():
    table, accuracies = single_test(SIX)
    control, control_accuracies = single_test(SIX, seed=1)
    figure = swarms.random_control(
        table, accuracies, control.assign(taxonomy="other"), control_accuracies
    )
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["Clustering: 3 of 6 important", "Random labelling: 0 of 6 important"]
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()


def heatmap_and_table(kind):
    table, _ = single_test(SIX)
    table = table.sort_values(["layer", "label"], ignore_index=True)
    joint, conditional = pair_tables(table)
    if kind == "joint":
        # Of a pair, the triangle shows the later sub-module's row.
        keys = [*double_lesion.JOINT_KEYS[2:], *double_lesion.JOINT_KEYS[:2]]
        is_alone = (joint.first_layer == joint.second_layer) & (
            joint.first_label == joint.second_label
        )
        alone = conditional[conditional.diagonal].taxonomy.to_numpy()
        pairs, value = joint.assign(taxonomy=joint.taxonomy.mask(is_alone)), "diff"
        pairs.loc[is_alone, "taxonomy"] = alone
        figure = double_lesion.joint_heatmap(table, joint, conditional)
    else:
        keys, value = double_lesion.CONDITIONAL_KEYS, "s"
        figure, pairs = double_lesion.conditional_heatmap(table, conditional), conditional
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


def test_joint_heatmap_has_the_single_tests_stars_on_its_diagonal():
    table, _ = single_test(SIX)
    joint, conditional = pair_tables(table)
    conditional.loc[conditional.diagonal, "taxonomy"] = "other"
    is_third = conditional.diagonal & (conditional.layer == 2) & (conditional.label == 0)
    conditional.loc[is_third, "taxonomy"] = "sig-but-not-diff"
    axes = double_lesion.joint_heatmap(table, joint, conditional).axes[0]
    stars = np.round(line_points(axes, "*")).astype(int)
    assert [place for place, other in stars.tolist() if place == other] == [2]


def test_heatmap_ticks_name_the_class():
    table, _ = single_test(SIX)
    _, conditional = pair_tables(table)
    axes = double_lesion.conditional_heatmap(table, conditional).axes[0]
    ticks = [text.get_text() for text in axes.get_yticklabels()]
    assert ticks == [
        *("1-0 (IMP)", "1-2 (SMA)", "2-0 (IMP)", "2-1 (OTH)", "3-1 (COM)", "4-1 (IMP)")
    ]


def test_abbreviations_of_classes_are_distinct():
    assert len(set(submodules.ABBREVIATIONS.values())) == len(palette.TAXONOMY)


def test_significance_map_colours_pairs_by_who_is_important():
    table, _ = single_test(SIX)
    table = table.sort_values(["layer", "label"], ignore_index=True)
    joint, _ = pair_tables(table)
    axes = double_lesion.joint_significance(table, joint).axes[0]
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
        _, colour = double_lesion.IMPORTANCE[pair.important, n_alone]
        assert drawn[names.index(ends[0]), names.index(ends[1])] == colour.lower()


def test_effects_leave_out_pairs_within_a_layer():
    table, _ = single_test(SIX)
    _, conditional = pair_tables(table)
    across = conditional[~conditional.within_layer]
    joint_change, alone = double_lesion.conditional_scatter(table, conditional).axes
    points = joint_change.collections[0].get_offsets()
    np.testing.assert_allclose(points, 100 * across[["diff", "s"]])
    changes = table.set_index(["layer", "label"])["diff"]
    expected = [
        changes[layer, label] for layer, label in zip(across.layer, across.label, strict=True)
    ]
    np.testing.assert_allclose(alone.collections[0].get_offsets()[:, 0], 100 * np.array(expected))


def test_types_are_counted_and_drawn_at_their_effects():
    figure = dependencies.dependency_types(FOUR_TYPES)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "I: X and Y are tied together (1 pair)",
        "II: Y gets all it needs from X (1 pair)",
        "III: X feeds only Y (1 pair)",
        "IV: says nothing (1 pair)",
    ]
    marker = dependencies.TYPES["II"][3]
    np.testing.assert_allclose(line_points(figure.axes[0], marker), [[0, -20]])


def test_dependency_graph_has_an_edge_for_types_one_to_three_only():
    table, _ = single_test([*SIX, (4, 2, 20, "important")])
    drawn = arrows(dependencies.dependency_graph(table, FOUR_TYPES).axes[0])
    assert set(drawn) == {"1-0-2-0", "1-0-4-1", "2-0-4-1"}
    colours = {name: to_hex(arrow.get_edgecolor()) for name, arrow in drawn.items()}
    assert colours["1-0-4-1"] == dependencies.TYPES["II"][1].lower()


def test_dependency_graph_draws_a_node_for_every_submodule_in_its_layers_column():
    table, _ = single_test(SIX)
    axes = dependencies.dependency_graph(table, FOUR_TYPES[:0]).axes[0]
    nodes = line_points(axes, "o")
    columns = {1: 0, 2: 1, 3: 2, 4: 3}
    assert sorted(nodes[:, 0]) == sorted(table.layer.map(columns))


def test_weight_graph_has_the_strong_paths_between_important_submodules_only():
    table, _ = single_test(SIX)
    paths = path_table(table)
    graph, heatmap, *_ = dependencies.weight_paths(table, paths).axes
    important = {(1, 0), (2, 0), (4, 1)}
    expected = {
        f"{x_layer}-{x_label}-{y_layer}-{y_label}"
        for x_layer, x_label, y_layer, y_label, weight in paths.itertuples(index=False)
        if {(x_layer, x_label), (y_layer, y_label)} <= important and weight >= dependencies.STRONG
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


def test_no_important_submodule_and_no_dependency_are_drawn_as_such():
    figures = {name: draw() for name, draw in drawings(NOTHING, FOUR_TYPES[:0]).items()}
    assert all(not axes.texts for axes in figures["scatter"].axes)
    assert not arrows(figures["graph"].axes[0])
    assert not arrows(figures["paths"].axes[0])
    said = [text.get_text() for text in figures["graph"].axes[0].texts]
    assert "No dependencies of types I to III" in said


def test_all_figures_are_drawn_for_a_single_submodule():
    for draw in drawings([(1, 0, 50, "complete")], FOUR_TYPES[:0]).values():
        draw().draw_without_rendering()


@pytest.mark.parametrize("name", ["swarm", "lines", "conditional", "graph"])
def test_the_same_data_give_the_same_bytes(tmp_path, name):
    for folder in ("first", "second"):
        figure = drawings(SIX[:3], FOUR_TYPES[:0])[name]()
        style.save(figure, tmp_path / folder / "figure.png", tmp_path / folder / "figure.svg")
    for file in (tmp_path / "first").iterdir():
        assert file.read_bytes() == (tmp_path / "second" / file.name).read_bytes()


@pytest.mark.parametrize("name", ["swarm", "scatter", "joint", "graph", "paths"])
def test_the_names_of_submodules_are_text_in_svg(tmp_path, name):
    figure = drawings(SIX, FOUR_TYPES[:0])[name]()
    style.save(figure, tmp_path / "figure.png", tmp_path / "figure.svg")
    svg = (tmp_path / "figure.svg").read_text()
    assert all(f">{name}" in svg for name in ("1-0", "2-0", "4-1"))
