"""All figures have one style, and are the same at every run."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from drawn_figures import texts
from lesion_examples import FOUR_TYPES, SIX, pair_tables, path_table, single_test
from nn_modularity import palette
from nn_modularity.figures import (
    conditional_heatmap,
    conditional_scatter,
    dependency_graph,
    dependency_types,
    joint_heatmap,
    joint_significance,
    lesion_lines,
    lesion_profile,
    lesion_swarm,
    random_control,
    submodule_scatter,
    weight_paths,
)
from nn_modularity.figures.parts import style
from nn_modularity.figures.parts.pair_tests import PairTest
from nn_modularity.figures.parts.tables import Table


def drawings(rows, dependent=FOUR_TYPES[:0]):
    """All figures of lesions by name, as functions that draw them."""
    test = single_test(rows)
    joint, conditional = pair_tables(test.table)
    control = random_control.Control(test, single_test(rows, seed=1))
    pairs = {
        joint_heatmap: joint,
        joint_significance: joint,
        conditional_heatmap: conditional,
        conditional_scatter: conditional,
        dependency_types: dependent,
        dependency_graph: dependent,
        weight_paths: path_table(test.table),
    }
    shown = {
        lesion_swarm: test,
        lesion_lines: test,
        lesion_profile: test,
        submodule_scatter: Table(test.subject, test.table),
        random_control: control,
        **{module: PairTest(test.subject, test.table, table) for module, table in pairs.items()},
    }
    return {
        module.__name__.rpartition(".")[2]: lambda module=module: module.draw(shown[module])
        for module in shown
    }


def saved(figure, folder):
    """What is saved of a figure: PNG, SVG, PDF."""
    png, svg, pdf = (folder / f"figure.{ending}" for ending in ("png", "svg", "pdf"))
    style.save(figure, png, svg)
    style.save_pages([figure], pdf)
    return [path.read_bytes() for path in (png, svg, pdf)]


@pytest.mark.parametrize(
    ("model", "dataset"),
    [
        ("MNIST", "MNIST"),
        ("MNIST-x1.5-EPOCHS+DROPOUT", "MNIST"),
        ("RANDOM-OVERFITTING", "RANDOM"),
        ("LINE-MNIST-SEPARATED+DROPOUT", "LINE-MNIST-SEPARATED"),
        ("CNN-FASHION", "FASHION"),
    ],
)
def test_a_tag_names_its_dataset(model, dataset):
    assert style.base_dataset(model) == dataset


def test_markers_of_datasets_differ():
    names = ["MNIST", "FASHION", "LINE-MNIST", "MNIST-CIFAR10", "RANDOM", "OWN"]
    assert len(set(style.markers(names).values())) == len(names)


@pytest.mark.parametrize(
    ("complete", "notes"), [([True, True], 0), ([True, False], 1), ([False], 1), ([], 0)]
)
def test_incomplete_data_are_noted(complete, notes):
    figure = lesion_swarm.draw(single_test(SIX))
    style.note_incomplete(figure, complete)
    assert sum("subset" in text for text in texts(figure)) == notes


@pytest.mark.parametrize(
    "name", ["lesion_swarm", "lesion_lines", "conditional_heatmap", "dependency_graph"]
)
def test_the_same_data_give_the_same_bytes(tmp_path, name):
    first, second = (saved(drawings(SIX[:3])[name](), tmp_path) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "name",
    ["lesion_swarm", "submodule_scatter", "joint_heatmap", "dependency_graph", "weight_paths"],
)
def test_the_names_of_submodules_are_text_in_svg(tmp_path, name):
    _, svg, _ = saved(drawings(SIX)[name](), tmp_path)
    assert all(f">{name}" in svg.decode() for name in ("1-0", "2-0", "4-1"))


CASES = {
    "one": drawings([(1, 0, 50, "complete")]),
    "six": drawings(SIX, FOUR_TYPES[:3]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", CASES["six"])
def test_heading_and_legends_stand_above_the_panels_and_are_not_cut_off(case, name):
    figure = CASES[case][name]()
    style.note_incomplete(figure, [False])
    figure.draw_without_rendering()
    assert figure.texts[0].get_text() == "MNIST, K = 4"
    lowest = heading = figure.texts[0].get_window_extent()
    for legend in figure.legends:
        lowest = legend.get_window_extent()
        assert lowest.y1 <= heading.y1
        assert lowest.x0 >= 0
        assert lowest.x1 <= figure.bbox.x1
    assert all(axes.get_tightbbox().y1 <= lowest.y0 + 1 for axes in figure.axes)


def test_a_note_leaves_the_panels_as_large_as_they_were():
    figure = lesion_swarm.draw(single_test(SIX))
    figure.draw_without_rendering()
    before = figure.axes[0].bbox.size
    style.note_incomplete(figure, [False])
    figure.draw_without_rendering()
    np.testing.assert_allclose(figure.axes[0].bbox.size, before, atol=1)


def test_logarithmic_axes_say_so():
    table = single_test(SIX)
    figure = submodule_scatter.draw(Table(table.subject, table.table))
    for axes in figure.axes:
        assert (axes.get_yscale() == "symlog") == ("log scale" in axes.get_ylabel())
    bar = CASES["six"]["joint_heatmap"]().axes[-1]
    assert "log scale" in bar.get_ylabel()


def contrast(colour):
    """Contrast ratio with white of the Web Content Accessibility Guidelines."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 1.05 / (np.dot(linear, (0.2126, 0.7152, 0.0722)) + 0.05)


def test_no_colour_that_carries_meaning_is_lost_on_white():
    regimes = [colour for _, colour in palette.REGIMES.values()]
    of_nulls, of_classes = palette.SHUFFLES.values(), palette.TAXONOMY.values()
    for colour in {*regimes, *of_nulls, *of_classes, *palette.CLUSTERS}:
        assert contrast(colour) > 2, colour


def test_colours_of_classes_and_of_clusters_are_distinct():
    for colours in (list(palette.TAXONOMY.values()), palette.CLUSTERS):
        assert len(set(colours)) == len(colours)


def test_an_svg_holds_many_points_and_lines_as_a_picture(tmp_path):
    for module in (lesion_swarm, lesion_lines):
        _, svg, _ = saved(module.draw(single_test(SIX, n_shuffles=200)), tmp_path)
        assert b"<image" in svg
        assert svg.count(b"<use") < 200
