"""Figures of single lesions show what the test says."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex

from drawn_figures import line_points, tick_names
from lesion_examples import N_CLASSES, NOTHING, SIX, single_test
from nn_modularity import files, palette
from nn_modularity.figures import (
    lesion_lines,
    lesion_profile,
    lesion_swarm,
    random_control,
    submodule_scatter,
)
from nn_modularity.figures.parts import submodules, swarms
from nn_modularity.figures.parts.single_tests import Accuracies


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
    test = single_test(SIX)
    table, accuracies = test.table, test.accuracies
    axes = lesion_swarm.draw(test).axes[0]
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


def test_lines_have_a_panel_a_submodule_with_true_and_intact_accuracies():
    test = single_test(SIX)
    table, accuracies = test.table, test.accuracies
    panels = lesion_lines.draw(test).axes
    assert len(panels) == len(table)
    for axes, row in zip(panels, submodules.ordered(table), strict=True):
        expected = f"{table.layer[row]}-{table.label[row]}"
        assert axes.get_title(loc="left").startswith(expected)
        drawn = {
            to_hex(line.get_color()): line.get_ydata()
            for line in axes.lines
            if len(line.get_ydata()) == N_CLASSES
        }
        np.testing.assert_allclose(drawn[lesion_lines.TRUE.lower()], accuracies.true[row, :-1])
        np.testing.assert_allclose(drawn[lesion_lines.INTACT.lower()], accuracies.intact[:-1])
        random = np.stack([segment[:, 1] for segment in axes.collections[0].get_segments()])
        np.testing.assert_allclose(random, accuracies.null[:, row, :-1])


def test_profile_names_each_submodule_with_its_class_in_its_layer():
    panels = lesion_profile.draw(single_test(SIX)).axes
    named = {
        axes.get_title(loc="left"): [text.get_text() for text in axes.get_legend().get_texts()]
        for axes in panels
    }
    assert named["Layer 1"] == ["intact network", "1-0 important", "1-2 small"]
    assert named["Layer 3"] == ["intact network", "3-1 complete"]


def test_scatter_names_the_important_submodules_and_no_others():
    table = single_test(SIX).table
    for axes in submodule_scatter.draw(table).axes:
        assert {text.get_text() for text in axes.texts} == {"1-0", "2-0", "4-1"}


def test_scatter_leaves_out_a_submodule_without_a_z_score():
    table = single_test(SIX).table
    table.loc[1, "z_score"] = -np.inf  # its random lesions are all alike
    for axes in submodule_scatter.draw(table).axes:
        assert {text.get_text() for text in axes.texts} == {"2-0", "4-1"}


def test_control_counts_the_important_on_both_sides_and_shares_the_scale():
    random = single_test(SIX, seed=1)
    random = replace(random, table=random.table.assign(taxonomy="other"))
    figure = random_control.draw(random_control.Control(single_test(SIX), random))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["Clustering: 3 of 6 important", "Random labelling: 0 of 6 important"]
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()


def test_without_an_important_submodule_nothing_is_named():
    assert all(not axes.texts for axes in submodule_scatter.draw(single_test(NOTHING).table).axes)


def test_single_lesions_come_with_whether_their_data_are_complete(tmp_path):
    paths = {name: tmp_path / name for name in ("table", "counts", "data")}
    test = single_test(SIX)
    test.table.to_csv(paths["table"], index=False)
    sizes, ones = np.full(3, 10), np.ones((1, 3), int)
    counts = {"class_sizes": sizes, "intact": sizes, "lesioned": ones, "null": ones[None]}
    files.write_arrays(paths["counts"], counts)
    files.write_arrays(paths["data"], {}, {"complete": False})
    found = lesion_swarm.read(paths)
    assert list(found.table.taxonomy) == list(test.table.taxonomy)
    np.testing.assert_allclose(found.accuracies.true, [[10, 10, 10, 10]])
    assert list(found.data_complete) == [False]
    assert not submodule_scatter.read(paths).data_complete.any()
    twice = {"single": paths["table"], "control": paths["table"]}
    with_control = {**paths, **twice, "control_counts": paths["counts"]}
    assert list(random_control.read(with_control).data_complete) == [False, False]
