"""Pages of networks, in a browser: Chromium, headless, without a connection."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import browsing
from nn_modularity.clustering import spectral
from nn_modularity.graphs import units
from nn_modularity.lesions import single, subjects, taxonomy
from nn_modularity.networks import layers
from nn_modularity.networks.network import Network, chain
from nn_modularity.pages import page, subject
from nn_modularity.tables import lesions, networks

EVIL = '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'
SOFTWARE = {"commit": "abc", "python": "3", "numpy": "2"}


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def residual():
    """A network of colour images with a skip."""
    return Network(
        (
            layers.Input((6, 6, 3)),
            layers.Convolution(normal(3, 3, 3, 8), padding=((1, 1), (1, 1)), inputs=(0,)),
            layers.Activation("relu", inputs=(1,)),
            layers.Convolution(normal(3, 3, 8, 8), padding=((1, 1), (1, 1)), inputs=(2,)),
            layers.Add(inputs=(2, 3)),
            layers.GlobalAveragePool(inputs=(4,)),
            layers.Dense(normal(8, 4), inputs=(5,)),
        ),
        {"model": EVIL, "test_acc": 0.5},
    )


def regression():
    made = [layers.Dense(normal(5, 12)), layers.Activation("tanh"), layers.Dense(normal(12, 2))]
    return chain(layers.Input((5,)), made)


def perceptron():
    made = [layers.Dense(normal(64, 20)), layers.Activation("relu"), layers.Dense(normal(20, 4))]
    return chain(layers.Input((8, 8)), [layers.Flatten(), *made])


def told(network, targets, kind="neurons", names=(), k=3):
    """All that a page tells of a network, computed from scratch."""
    generator = np.random.default_rng(0)
    graph = units.from_network(network, kind)
    clusters = [spectral.cluster(graph, each, 5, generator) for each in (2, k)]
    compared = [
        networks.Compared("pruned", shuffle, found, 0.5, generator.normal(2, 0.1, 20))
        for found in clusters
        for shuffle in ("layer", "layer_nonzero")
    ]
    images = generator.normal(size=(len(targets), *network.input_shape)).astype(np.float32)
    tested = subjects.examine(network, images, targets, units=kind)
    generators = [np.random.default_rng(seed) for seed in range(4)]
    test = single.single_test(tested, clusters[-1], generators, lambda f, t: [f(x) for x in t])
    table = lesions.single(test, taxonomy.Rule(4, small=1))
    return subject.Subject(
        "MY-NETWORK",
        "pruned",
        k,
        kind,
        network,
        graph,
        clusters[-1],
        networks.by_k("MY-NETWORK", compared, {"units": kind, "scale": "raw", "norm": "l1"}),
        subject.lesions(table, names),
        True,
        {"study's seed": "1"} | {key: str(value) for key, value in network.attributes.items()},
    )


CLASSES = np.arange(40) % 4
CASES = {
    "residual": lambda: told(residual(), CLASSES, "channels", ("cat", EVIL, "dog", "tree")),
    "regression": lambda: told(regression(), normal(40, 2, seed=3)),
    "perceptron": lambda: told(perceptron(), CLASSES),
}


def write(tmp_path, found, figures=None):
    path = tmp_path / "page.html"
    path.write_text(page.html(found, figures or {}, command="make", software=SOFTWARE))
    return path


def opened(browser, path, width=1200):
    """The page in a browser, once it is drawn, and what it complained of or asked for."""
    tab, trouble = browsing.visit(browser, path, width)
    tab.wait_for_function(
        "Bokeh.documents.length > 0 && Bokeh.documents.every((each) => each.is_idle)"
    )
    return tab, trouble


SELECTED = """() => Bokeh.documents.flatMap((each) => [...each._all_models.values()])
  .filter((each) => each.type == "ColumnDataSource" && each.selected.indices.length)
  .map((each) => each.selected.indices.map((index) => each.data.cluster[index]))"""


@pytest.mark.parametrize("name", CASES)
def test_a_page_opens_without_errors_or_requests_on_screens_and_phones(browser, tmp_path, name):
    path = write(tmp_path, CASES[name]())
    for width in (1200, 390):
        tab, trouble = opened(browser, path, width)
        assert trouble == []
        assert not tab.evaluate("window.hacked")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.locator("h1").inner_text() == "MY-NETWORK"
        tab.close()


def test_what_is_named_by_others_is_text(browser, tmp_path):
    found = dataclasses.replace(CASES["residual"](), model=EVIL)
    tab, trouble = opened(browser, write(tmp_path, found))
    assert trouble == []
    assert not tab.evaluate("window.hacked")
    assert tab.locator("h1").inner_text() == EVIL
    assert EVIL in tab.locator("table.origin").inner_text()
    tab.close()


def test_hovering_tells_of_a_unit_and_a_click_highlights_its_cluster(browser, tmp_path):
    found = CASES["residual"]()
    tab, trouble = opened(browser, write(tmp_path, found))
    # The first unit of the last layer that has one: where it lies on the screen.
    place = tab.evaluate(
        """() => {
          const isDrawing = (view) => view.model.below[0].axis_label == "layer"
          const view = [...Bokeh.index.roots].find(isDrawing)
          view.el.scrollIntoView()
          const source = view.model.renderers.at(-1).data_source
          const i = source.data.layer.length - 1
          const box = view.canvas.el.getBoundingClientRect()
          return {
            x: box.x + view.frame.x_scale.compute(source.data.x[i]),
            y: box.y + view.frame.y_scale.compute(source.data.y[i]),
            cluster: source.data.cluster[i],
          }
        }"""
    )
    tab.mouse.move(place["x"], place["y"])
    labels = tab.locator(".bk-tooltip-row-label")
    labels.first.wait_for(timeout=5000)
    names = " ".join(labels.all_text_contents())
    assert "degree" in names
    assert "its sub-module's lesion" in names
    tab.mouse.click(place["x"], place["y"])
    selected = tab.evaluate(SELECTED)
    assert len(selected) >= 1
    assert {cluster for each in selected for cluster in each} == {place["cluster"]}
    n_units = sum((labels == place["cluster"]).sum() for labels in found.clusters.by_layer)
    assert max(map(len, selected)) >= n_units
    assert trouble == []
    tab.close()


def test_a_page_tells_what_the_tables_say(tmp_path):
    found = CASES["regression"]()
    text = write(tmp_path, found).read_text()
    assert "R²" in text
    row = found.by_k[found.by_k["K"] == 3].iloc[0]
    assert f"{row['ncut']:.4f}" in text
    assert f"{row['ncut_bound']:.4f}" in text
    assert len(found.lesions.changes) == len(found.lesions.table)


def test_a_network_without_a_dataset_has_a_page_without_lesions(browser, tmp_path):
    found = dataclasses.replace(CASES["perceptron"](), lesions=None)
    path = write(tmp_path, found)
    assert "What lesions do" not in path.read_text()
    tab, trouble = opened(browser, path)
    assert trouble == []
    tab.close()


def test_changes_are_those_of_the_table():
    table = pd.DataFrame({"acc_0": [0.5], "acc_1": [0.25], "intact_acc_0": [1.0]})
    table["intact_acc_1"] = 0.5
    found = subject.lesions(table, ("a", "b"))
    np.testing.assert_array_equal(found.changes, [[-0.5, -0.25]])
    assert found.names == ("a", "b")
    assert found.score == "accuracy"
