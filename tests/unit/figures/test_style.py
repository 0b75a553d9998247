"""All figures have one style, and are the same at every run."""

import pytest

from drawn_figures import texts
from lesion_examples import FOUR_TYPES, SIX, pair_tables, path_table, single_test
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
        submodule_scatter: test.table,
        random_control: control,
        **{module: PairTest(test.table, table) for module, table in pairs.items()},
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


def test_all_figures_of_lesions_are_drawn_for_a_single_submodule():
    for draw in drawings([(1, 0, 50, "complete")]).values():
        draw().draw_without_rendering()
