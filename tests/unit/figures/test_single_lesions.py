"""Figures of single lesions show what the test says."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex

from drawn_figures import tick_names
from lesion_examples import NOTHING, SIX, counts, single_test
from nn_modularity import palette
from nn_modularity.figures import (
    lesion_lines,
    lesion_profile,
    lesion_swarm,
    random_control,
    submodule_scatter,
)
from nn_modularity.figures.parts import profiles, submodules, swarms
from nn_modularity.figures.parts.single_tests import Accuracies
from nn_modularity.figures.parts.tables import Table


def test_accuracies_are_shares_of_each_class_and_of_all_images():
    test = counts(
        class_sizes=np.array([10, 30]),
        intact=np.array([10, 15]),
        lesioned=np.array([[5, 0]]),
        null=np.array([[[1, 3]], [[0, 30]]]),
    )
    accuracies = Accuracies.from_counts(test)
    np.testing.assert_allclose(accuracies.intact, [100, 50, 62.5])
    np.testing.assert_allclose(accuracies.true, [[50, 0, 12.5]])
    np.testing.assert_allclose(accuracies.null, [[[10, 10, 10]], [[0, 100, 75]]])


def test_swarm_puts_diamonds_and_points_at_their_accuracies():
    test = single_test(SIX)
    table, accuracies = test.table, test.accuracies
    axes = lesion_swarm.draw(test).axes[0]
    by_name = dict(zip(submodules.names(table), range(len(table)), strict=True))
    order = [by_name[name] for name in tick_names(axes.yaxis)]
    assert tick_names(axes.yaxis) == ["1-0", "1-2", "2-0", "2-1", "3-1", "4-1"]
    random, true = (each for each in axes.collections if isinstance(each, PathCollection))
    diamonds = true.get_offsets()
    np.testing.assert_allclose(diamonds[:, 0], 100 * table.true.to_numpy()[order])
    np.testing.assert_array_equal(diamonds[:, 1], range(len(table)))
    cloud = random.get_offsets().reshape(*accuracies.null.shape[:2], 2)
    np.testing.assert_allclose(cloud[..., 0], accuracies.null[:, order, -1])
    assert np.all(np.abs(cloud[..., 1] - np.arange(len(table))) < 0.5)


def test_swarm_dashes_the_intact_accuracy():
    test = single_test(SIX)
    axes = lesion_swarm.draw(test).axes[0]
    (dashed,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    np.testing.assert_allclose(dashed.get_xdata(), test.accuracies.intact[-1])


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


def class_colours(table):
    return [palette.TAXONOMY[name].lower() for name in table.taxonomy]


def test_the_colour_of_a_lesion_is_its_class_in_swarm_lines_and_profile():
    test = single_test(sorted(SIX))
    swarm = lesion_swarm.draw(test).axes[0].collections[-1]
    assert [to_hex(colour) for colour in swarm.get_facecolors()] == class_colours(test.table)
    for module in (lesion_lines, lesion_profile):
        drawn = {
            (to_hex(line.get_color()), tuple(np.round(line.get_ydata(), 6)))
            for axes in module.draw(test).axes
            for line in axes.lines
        }
        for colour, values in zip(class_colours(test.table), test.accuracies.true, strict=True):
            assert (colour, tuple(np.round(values[:-1], 6))) in drawn


def test_the_intact_network_is_dashed_and_black_in_swarm_lines_and_profile():
    test = single_test(SIX)
    for module in (lesion_swarm, lesion_lines, lesion_profile):
        for axes in module.draw(test).axes:
            if axes.axison:
                dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
                assert {to_hex(line.get_color()) for line in dashed} == {"#000000"}


def test_lines_have_a_panel_a_submodule_with_its_random_lesions():
    test = single_test(SIX)
    panels = {
        axes.get_title(loc="left"): axes for axes in lesion_lines.draw(test).axes if axes.axison
    }
    assert len(panels) == len(test.table)
    for row, submodule in enumerate(test.table.itertuples()):
        title = f"{submodule.layer}-{submodule.label} {submodules.spelt(submodule.taxonomy)}"
        segments = panels[title].collections[0].get_segments()
        random = np.stack([segment[:, 1] for segment in segments])
        np.testing.assert_allclose(random, test.accuracies.null[:, row, :-1])


def test_every_layer_begins_a_row_of_lines():
    rows = [(1, label, 10, "other") for label in range(7)] + [(2, 0, 10, "other")]
    figure = lesion_lines.draw(single_test(rows))
    places = {
        axes.get_title(loc="left"): axes.get_subplotspec().get_geometry()[2]
        for axes in figure.axes
        if axes.axison
    }
    assert places["1-5 other"] == lesion_lines.COLUMNS
    assert places["2-0 other"] == 2 * lesion_lines.COLUMNS


def test_profile_names_each_submodule_in_its_layer_the_important_ones_bold():
    named = {
        axes.get_title(loc="left"): {
            text.get_text(): text.get_fontweight() == "bold" for text in axes.texts
        }
        for axes in lesion_profile.draw(single_test(SIX)).axes
    }
    assert named["Layer 1"] == {"1-0": True, "1-2": False}
    assert named["Layer 3"] == {"3-1": False}


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(0.1, 20))
def test_names_stand_apart_in_order_and_within_the_panel(heights, gap):
    heights = np.array(heights)
    moved = profiles.apart(heights, gap, 0, 100)
    in_order = moved[np.argsort(heights, kind="stable")]
    least = min(gap, 100 / max(heights.size - 1, 1))
    assert np.all(np.diff(in_order) >= least - 1e-9)
    assert moved.min() >= -1e-9
    assert moved.max() <= 100 + 1e-9


def test_names_that_stand_apart_already_stay():
    heights = np.array([50.0, 10.0, 90.0])
    np.testing.assert_allclose(profiles.apart(heights, 20, 0, 100), heights)


def test_scatter_names_the_important_submodules_and_no_others():
    table = single_test(SIX).table
    for axes in submodule_scatter.draw(Table("MNIST, K = 4", table)).axes:
        assert {text.get_text() for text in axes.texts} == {"1-0", "2-0", "4-1"}


def test_scatter_leaves_out_a_submodule_without_a_z_score():
    table = single_test(SIX).table
    table.loc[1, "z_score"] = -np.inf  # its random lesions are all alike
    for axes in submodule_scatter.draw(Table("MNIST, K = 4", table)).axes:
        assert {text.get_text() for text in axes.texts} == {"2-0", "4-1"}


def test_control_counts_the_important_on_both_sides_and_shares_the_scale():
    random = single_test(SIX, seed=1)
    random = replace(random, table=random.table.assign(taxonomy="other"))
    figure = random_control.draw(random_control.Control(single_test(SIX), random))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["Clustering: 3 of 6 important", "Random labelling: 0 of 6 important"]
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()


def test_without_an_important_submodule_nothing_is_named():
    assert all(
        not axes.texts
        for axes in submodule_scatter.draw(Table("MNIST, K = 4", single_test(NOTHING).table)).axes
    )


def test_single_lesions_come_with_whether_their_data_are_complete(tmp_path):
    paths = {name: tmp_path / name for name in ("table", "counts")}
    test = single_test(SIX)
    test.table.to_csv(paths["table"], index=False)
    ones = np.ones((1, 3), int)
    counts(np.full(3, 10), np.full(3, 10), ones, ones[None]).write(paths["counts"])
    found = lesion_swarm.read(paths, "MNIST, K = 4")
    assert list(found.table.taxonomy) == list(test.table.taxonomy)
    np.testing.assert_allclose(found.accuracies.true, [[10, 10, 10, 10]])
    assert list(found.data_complete) == [False]
    assert not submodule_scatter.read(paths, "MNIST, K = 4").data_complete.any()
    twice = {"single": paths["table"], "control": paths["table"]}
    with_control = {**paths, **twice, "control_counts": paths["counts"]}
    assert list(random_control.read(with_control, "MNIST, K = 4").data_complete) == [False, False]
