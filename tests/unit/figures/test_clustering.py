"""Figures of the clustering study: they show what the data say, and are the same at every run."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex, to_rgba

from nn_modularity import files, palette
from nn_modularity.errors import StudyError
from nn_modularity.figures import (
    clustering,
    comparison,
    curves,
    inputs,
    networks,
    nulls,
    report,
    spectra,
    style,
    submodule_graphs,
)
from nn_modularity.graphs import layered
from nn_modularity.networks import weights

MODELS = ("MNIST", "MNIST+DROPOUT", "LINE")


def stability(models=MODELS, instances=3, seed=0):
    rng = np.random.default_rng(seed)
    rows = [
        {
            "model": model,
            "instance": instance,
            "is_unpruned": is_unpruned,
            "dropout": 0.5 if model.endswith("+DROPOUT") else 0.0,
            "ncut": rng.uniform(1.8, 2.5),
            "test_acc": rng.uniform(0.1, 1),
            "cohens_d": rng.normal(),
        }
        for model in models
        for instance in range(instances)
        for is_unpruned in (True, False)
    ]
    return pd.DataFrame(rows)


def null_networks(models=MODELS, instances=2, seed=0):
    rng = np.random.default_rng(seed)
    return [
        nulls.NullDistributions(
            model=model,
            instance=instance,
            regime=style.regime(is_pruned, model.endswith("+DROPOUT")),
            ncut=rng.uniform(1.8, 2.5),
            ncuts={name: rng.normal(2, 0.05, 50) for name in ("layer", "layer_nonzero")},
        )
        for model in models
        for is_pruned in (False, True)
        for instance in range(instances)
    ]


def small_network(widths=(9, 40, 5, 3), k=3, seed=0, image_shape=(3, 3), title="pruned"):
    rng = np.random.default_rng(seed)
    kernels = [rng.normal(size=shape) * (rng.random(shape) < 0.3) for shape in pairwise(widths)]
    kernels[0][0] = 0
    graph = layered.from_kernels(kernels)
    labels = np.where(graph.isolated, -1, rng.integers(0, k, graph.n_neurons))
    return networks.ClusteredNetwork(title, graph, labels, image_shape, {"N-cut": 2.125})


def scattered(axes):
    """Collections of scattered points that hold any."""
    found = [c for c in axes.collections if isinstance(c, PathCollection)]
    return [c for c in found if len(c.get_offsets())]


def points(axes):
    """Positions and face colours of every scattered point of a panel."""
    offsets = [np.asarray(c.get_offsets()) for c in scattered(axes)]
    colours = [
        to_hex(colour)
        for c, at in zip(scattered(axes), offsets, strict=True)
        for colour in np.broadcast_to(c.get_facecolors(), (len(at), 4))
    ]
    return np.concatenate(offsets), colours


def texts(figure):
    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))]


class TestScatter:
    def test_every_instance_is_a_point_at_its_ncut_and_accuracy(self):
        table = stability()
        offsets, _ = points(clustering.ncut_and_accuracy(table).axes[0])
        expected = table[["ncut", "test_acc"]].to_numpy()
        assert sorted(map(tuple, offsets)) == sorted(map(tuple, expected))

    def test_colour_is_the_training(self):
        table = stability(("LINE+DROPOUT",), 2)
        offsets, colours = points(clustering.ncut_and_accuracy(table).axes[0])
        by_ncut = dict(zip(offsets[:, 0], colours, strict=True))
        for row in table.itertuples():
            regime = style.regime(not row.is_unpruned, True)
            assert by_ncut[row.ncut] == to_hex(style.REGIMES[regime])

    def test_legend_names_only_what_is_shown(self):
        found = texts(clustering.ncut_and_accuracy(stability(("RANDOM",))))
        assert {"unpruned", "pruned", "RANDOM"} <= set(found)
        assert not {"pruned + dropout", "MNIST"} & set(found)


class TestCohensD:
    def test_diamonds_lie_at_the_means(self):
        table = stability(("MNIST",), 4)
        for axes in clustering.cohens_d(table).axes:
            is_unpruned = axes.get_title(loc="left") == "unpruned"
            values = table.loc[table["is_unpruned"] == is_unpruned, "cohens_d"]
            small, diamond = (c.get_offsets() for c in axes.collections)
            np.testing.assert_allclose(sorted(small[:, 0]), sorted(values))
            np.testing.assert_allclose(diamond[0], [values.mean(), 0])

    def test_frozen_null_models_leave_nothing_to_draw(self):
        table = stability(("RANDOM", "MNIST"), 2)
        table.loc[table["model"] == "RANDOM", "cohens_d"] = np.inf
        first = clustering.cohens_d(table).axes[0]
        assert [label.get_text() for label in first.get_yticklabels()] == ["MNIST"]
        nothing = clustering.cohens_d(table[table["model"] == "RANDOM"])
        assert any("frozen" in text for text in texts(nothing))

    def test_one_null_model_alone_is_an_error_that_says_what_to_do(self):
        with pytest.raises(StudyError, match="ask for both null models"):
            clustering.cohens_d(stability().drop(columns="cohens_d"))

    def test_one_model_of_one_instance_is_a_figure(self):
        assert len(clustering.cohens_d(stability(("MNIST",), 1)).axes) == 2


def p_value_table(models=MODELS):
    rng = np.random.default_rng(0)
    rows = [
        {
            "model": model,
            "is_unpruned": is_unpruned,
            "shuffle_method": shuffle,
            "n_samples": 200,
            "pvalue": (p := rng.integers(1, 150) / 201),
            "pvalue_low": p * 0.8,
            "pvalue_high": min(1, p * 1.2),
        }
        for model in models
        for is_unpruned in (True, False)
        for shuffle in palette.SHUFFLES
    ]
    return pd.DataFrame(rows)


class TestPValues:
    def test_every_row_is_a_point_within_the_row_of_its_model(self):
        table = p_value_table()
        unpruned = clustering.p_values(table).axes[0]
        offsets, colours = points(unpruned)
        rows = table[table["is_unpruned"]]
        found = {(p, c): round(y) for (p, y), c in zip(offsets, colours, strict=True)}
        for row in rows.itertuples():
            colour = to_hex(palette.SHUFFLES[row.shuffle_method])
            assert found[row.pvalue, colour] == MODELS.index(row.model)
        assert len(offsets) == len(rows)

    def test_smallest_possible_p_is_inside_the_axes(self):
        table = p_value_table().assign(pvalue=1 / 201, pvalue_low=0.0)
        low, _ = clustering.p_values(table).axes[0].get_xlim()
        assert 0 < low < 1 / 201


class TestNullDistributions:
    def test_black_line_is_at_each_networks_own_ncut(self):
        drawn = [n for n in null_networks(instances=1) if n.regime.startswith("pruned")]
        figure = nulls.null_distributions(drawn)
        shown = {axes.get_title(loc="left"): axes for axes in figure.axes if axes.get_visible()}
        assert len(shown) == len(drawn)
        for network in drawn:
            axes = shown[f"{network.tag}, {network.regime}"]
            black = [line for line in axes.lines if line.get_color() == "black"]
            assert [line.get_xdata()[0] for line in black] == [network.ncut]

    def test_histograms_are_densities_on_shared_axes(self):
        figure = nulls.null_distributions(null_networks(("MNIST", "LINE"), 1))
        limits = {(axes.get_xlim(), axes.get_ylim()) for axes in figure.axes}
        assert len(limits) == 1
        for axes in figure.axes:
            area = sum(bar.get_width() * bar.get_height() for bar in axes.patches)
            assert area == pytest.approx(2)  # two nulls, each of area 1

    def test_null_of_equal_ncuts_has_no_density_but_is_drawn(self):
        frozen = nulls.NullDistributions("RANDOM", 0, "pruned", 2.0, {"layer": np.full(9, 2.0)})
        assert len(nulls.null_distributions([frozen]).axes[0].patches) > 0
        assert nulls.violins([frozen]).axes


class TestViolins:
    def test_cross_marks_the_true_ncut_of_every_instance(self):
        drawn = null_networks(instances=3)
        figure = nulls.violins(drawn)
        crosses = [
            tuple(offset)
            for axes in figure.axes
            for collection in scattered(axes)
            for offset in collection.get_offsets()
        ]
        expected = {(n.instance, n.ncut) for n in drawn}
        assert len(crosses) == len(drawn)
        assert set(crosses) == expected

    def test_halves_keep_to_their_sides_and_ranges(self):
        (network,) = null_networks(("MNIST",), 1)[:1]
        axes = nulls.violins([network]).axes[0]
        bodies = [c for c in axes.collections if len(c.get_paths()[0].vertices) > 50]
        layer, nonzero = (body.get_paths()[0].vertices for body in bodies)
        assert layer[:, 0].max() <= network.instance <= nonzero[:, 0].min()
        for vertices, name in ((layer, "layer"), (nonzero, "layer_nonzero")):
            values = network.ncuts[name]
            np.testing.assert_allclose(
                [vertices[:, 1].min(), vertices[:, 1].max()], [values.min(), values.max()]
            )

    def test_a_panel_without_network_shows_no_axes(self):
        figure = nulls.violins(null_networks(("MNIST", "MNIST+DROPOUT", "LINE"), 1))
        empty = [axes for axes in figure.axes if not axes.axison]
        assert len(empty) == 2  # LINE with dropout, unpruned and pruned


def test_random_initialisation_marks_the_mean():
    ncuts = np.random.default_rng(0).normal(2.5, 0.01, 40)
    axes = nulls.random_initialisation(ncuts).axes[0]
    assert axes.lines[-1].get_xdata()[0] == pytest.approx(ncuts.mean())
    assert sum(p.get_width() * p.get_height() for p in axes.patches) == pytest.approx(1)


class TestClusteredNetwork:
    def test_every_neuron_is_drawn_once_in_its_clusters_colour(self):
        network = small_network()
        axes = networks.clustered_networks([network]).axes[0]
        _, colours = points(axes)
        expected = [networks.cluster_colour(label) for label in network.labels[9:]]
        assert sorted(colours) == sorted(to_hex(colour) for colour in expected)

    def test_input_pixels_have_their_clusters_colours_in_place(self):
        network = small_network()
        figure = networks.clustered_networks([network])
        (image,) = figure.axes[0].child_axes[0].images
        expected = [to_rgba(networks.cluster_colour(label))[:3] for label in network.labels[:9]]
        np.testing.assert_allclose(image.get_array().reshape(-1, 3), expected)

    def test_input_that_is_no_image_is_a_column(self):
        network = small_network(image_shape=None)
        offsets, _ = points(networks.clustered_networks([network]).axes[0])
        assert len(offsets) == network.graph.n_neurons

    def test_metrics_and_isolated_neurons_are_written(self):
        found = "\n".join(texts(networks.clustered_networks([small_network()])))
        assert "N-cut 2.1250" in found
        assert "isolated" in found

    @given(labels=st.lists(st.integers(-1, 4), min_size=1, max_size=60).map(np.array))
    def test_columns_are_sorted_by_cluster_and_isolated_neurons_come_last(self, labels):
        heights = networks.column_layout(labels)
        assert heights.min() >= 0
        assert heights.max() <= 1
        assert np.unique(heights).size == labels.size
        from_top = labels[np.argsort(-heights)]
        sorted_labels = np.concatenate([np.sort(labels[labels >= 0]), labels[labels < 0]])
        np.testing.assert_array_equal(from_top, sorted_labels)


class TestSubmoduleGraph:
    @settings(max_examples=30)
    @given(seed=st.integers(0, 1000))
    def test_weights_are_means_over_pairs_of_neurons(self, seed):
        network = small_network(seed=seed)
        found = submodule_graphs.submodule_graph(network.graph, network.labels)
        blocks, layers = network.graph.blocks, network.graph.layer_of
        for (a, b), weight in zip(found.edges, found.weights, strict=True):
            layer = found.layer[a]
            members = [
                network.labels[layers == found.layer[node]] == found.label[node] for node in (a, b)
            ]
            assert found.layer[b] == layer + 1
            assert weight == pytest.approx(blocks[layer][np.ix_(*members)].mean())

    def test_isolated_neurons_are_in_no_node(self):
        network = small_network()
        found = submodule_graphs.submodule_graph(network.graph, network.labels)
        assert found.size.sum() == (network.labels >= 0).sum()

    def test_edge_widths_are_proportional_to_weights_and_areas_to_sizes(self):
        network = small_network()
        found = submodule_graphs.submodule_graph(network.graph, network.labels)
        edges, nodes = submodule_graphs.cluster_graphs([network]).axes[0].collections
        widths, areas = np.asarray(edges.get_linewidths()), nodes.get_sizes()
        assert widths.max() == pytest.approx(submodule_graphs.WIDEST_EDGE)
        np.testing.assert_allclose(
            np.sort(widths) / widths.max(), np.sort(found.weights) / found.weights.max()
        )
        np.testing.assert_allclose(areas / areas.max(), found.size / found.size.max())

    def test_edge_ends_lie_at_their_nodes(self):
        network = small_network()
        found = submodule_graphs.submodule_graph(network.graph, network.labels)
        edges, nodes = submodule_graphs.cluster_graphs([network]).axes[0].collections
        places = np.asarray(nodes.get_offsets())
        drawn = {
            (*segment.ravel(), round(width, 9))
            for segment, width in zip(edges.get_segments(), edges.get_linewidths(), strict=True)
        }
        scale = submodule_graphs.WIDEST_EDGE / found.weights.max()
        expected = {
            (*places[edge].ravel(), round(scale * weight, 9))
            for edge, weight in zip(found.edges, found.weights, strict=True)
        }
        assert drawn == expected

    def test_network_without_weights_is_drawn(self):
        graph = layered.from_kernels([np.zeros((4, 3)), np.zeros((3, 2))])
        empty = networks.ClusteredNetwork("pruned", graph, np.full(9, -1), (2, 2), {})
        assert networks.clustered_networks([empty]).axes
        assert submodule_graphs.cluster_graphs([empty]).axes


def test_overview_counts_every_neuron():
    network = small_network()
    sizes = report.submodule_sizes(network, 3)
    np.testing.assert_array_equal(sizes.sum(axis=0), network.graph.widths)
    assert sizes[-1].sum() == network.graph.isolated.sum()
    assert "MNIST in 3 clusters" in texts(report.overview([network], "MNIST", 3))


class TestEigenvalues:
    def test_the_first_k_are_filled(self):
        values = np.linspace(0, 2, 50)
        whole, first = spectra.eigenvalues({"pruned": values}, 4).axes
        np.testing.assert_array_equal(whole.lines[0].get_ydata(), values)
        filled, empty = (line.get_ydata() for line in first.lines[1:3])
        np.testing.assert_array_equal(filled, values[:4])
        np.testing.assert_array_equal(empty, values[4 : 4 + spectra.BEYOND])

    def test_spectra_shorter_than_the_first_part_are_drawn(self):
        assert (
            len(spectra.eigenvalues({"unpruned": np.arange(3.0), "pruned": np.ones(2)}, 4).axes)
            == 4
        )


class TestLearningCurve:
    def curve(self, n_unpruned=4, n_pruned=6):
        n = n_unpruned + n_pruned
        columns = {name: np.linspace(0.2, 0.9, n) for name in ("train_acc", "test_acc")}
        losses = {name: np.linspace(2, 0.1, n) for name in ("train_loss", "test_loss")}
        return pd.DataFrame(
            {
                "model": "MNIST",
                "epoch": 5 * np.arange(1, n + 1),
                "is_pruned": np.arange(n) >= n_unpruned,
                "ncut": np.linspace(2.4, 2, n),
                **columns,
                **losses,
            }
        )

    def test_curves_hold_the_tables_columns(self):
        table = self.curve()
        ncut, accuracy, loss = curves.learning_curve(table.sample(frac=1, random_state=0)).axes
        drawn = [ncut.lines[0], *accuracy.lines[:2], *loss.lines[:2]]
        names = ("ncut", "train_acc", "test_acc", "train_loss", "test_loss")
        for line, name in zip(drawn, names, strict=True):
            np.testing.assert_array_equal(line.get_xdata(), table["epoch"])
            np.testing.assert_array_equal(line.get_ydata(), table[name])

    def test_border_is_the_last_epoch_of_training(self):
        for axes in curves.learning_curve(self.curve()).axes:
            assert axes.lines[-1].get_xdata()[0] == 20

    def test_a_curve_takes_every_so_many_epochs_of_training_and_of_pruning(self):
        epochs = np.arange(1, 13)
        table = pd.DataFrame({"epoch": epochs, "is_pruned": epochs > 7})
        found = curves.select(table, every=2, training_epochs=7)
        assert list(found["epoch"]) == [2, 4, 6, 9, 11]

    def test_without_pruning_there_is_no_border(self):
        found = texts(curves.learning_curve(self.curve(n_pruned=0)))
        assert "pruning" not in found


def compared(verdicts=("inside", "above", "no published range")):
    """A comparison of one quantity of several models, a verdict each."""
    n = len(verdicts)
    return pd.DataFrame(
        {
            "table": "stability",
            "model": [f"M{number}" for number in range(n)],
            "k": 4,
            "quantity": "ncut",
            "published_mean": np.linspace(2.0, 2.2, n),
            "published_std": 0.01,
            "published_min": np.linspace(1.9, 2.1, n),
            "published_max": np.linspace(2.1, 2.3, n),
            "own_mean": np.linspace(1.8, 2.4, n),
            "own_min": np.linspace(1.7, 2.3, n),
            "own_max": np.linspace(1.9, 2.5, n),
            "verdict": verdicts,
        }
    )


class TestComparison:
    def test_published_and_own_means_are_marked_in_the_row_of_their_model(self):
        table = compared()
        (axes,) = comparison.published_and_own(table).axes
        published, own = (np.asarray(c.get_offsets()) for c in scattered(axes))
        np.testing.assert_allclose(published[:, 0], table["published_mean"])
        np.testing.assert_allclose(own[:, 0], table["own_mean"])
        assert list(published[:, 1].round()) == list(own[:, 1].round()) == [0, 1, 2]

    def test_colour_is_the_verdict(self):
        verdicts = list(comparison.VERDICTS)
        (axes,) = comparison.published_and_own(compared(verdicts)).axes
        _, own = scattered(axes)
        colours = zip(own.get_edgecolors(), own.get_facecolors(), strict=True)
        found = [(to_hex(edge), to_hex(face)) for edge, face in colours]
        assert found == [
            (to_hex(edge), to_hex(face)) for edge, face, _ in comparison.VERDICTS.values()
        ]

    def test_every_quantity_and_k_has_its_own_panel(self):
        table = compared()
        parts = [
            table.assign(k=k, quantity=quantity)
            for k in (2, 4)
            for quantity in ("ncut", "mean_layer", "z_score_layer_nonzero")
        ]
        figure = comparison.published_and_own(pd.concat(parts))
        titles = [axes.get_title(loc="left").replace("\n", " ") for axes in figure.axes]
        assert len(titles) == 6
        assert {"N-cut", "mean N-cut, all weights shuffled"} <= set(titles)

    def test_learning_curves_are_drawn_over_their_epochs(self):
        table = pd.concat(
            [
                compared(["inside"]).assign(table="learning curve", quantity=f"ncut, epoch {epoch}")
                for epoch in (10, 5, 20)
            ]
        )
        (axes,) = comparison.published_and_own(table).axes
        assert list(axes.lines[0].get_xdata()) == [5, 10, 20]

    def test_without_a_common_cell_the_figure_says_so(self):
        assert any(
            "No number" in text for text in texts(comparison.published_and_own(compared([])))
        )


class Paths(dict):
    """Named input files, as Snakemake hands them to a script."""

    __getattr__ = dict.__getitem__


@pytest.fixture
def files_of_two_stages(tmp_path):
    """An MLP of 784 inputs, unpruned and pruned, with clusterings and null models."""
    rng = np.random.default_rng(0)
    names = ("network", "clustering", "layer", "layer_nonzero")
    paths = Paths({name: [] for name in names})
    for stage in ("unpruned", "pruned"):
        for name in names:
            paths[name].append(tmp_path / f"{stage}-{name}.h5")
        kernels = [rng.normal(size=(784, 8)), rng.normal(size=(8, 3))]
        kernels[0][:5] = 0
        attributes = {"test_acc": 0.75, "dataset_complete": stage == "pruned"}
        weights.write(paths.network[-1], weights.mlp(kernels, attributes=attributes))
        labels = np.array([-1] * 5 + [0] * 779 + [1] * 11)
        arrays = {"labels": labels, "ncut": np.float64(0.5)}
        files.write_arrays(paths.clustering[-1], arrays)
        for name in ("layer", "layer_nonzero"):
            files.write_arrays(paths[name][-1], {"ncuts": np.arange(9.0)})
    return paths


class TestInputs:
    def test_a_network_comes_with_its_clustering_and_metrics(self, files_of_two_stages):
        stages = ["unpruned", "pruned"]
        unpruned, pruned = inputs.clustered_networks(files_of_two_stages, stages, k=2)
        assert (unpruned.title, pruned.title) == ("unpruned", "pruned")
        assert (unpruned.data_complete, pruned.data_complete) == (False, True)
        assert unpruned.image_shape == (28, 28)
        expected = {"N-cut": 0.5, "in–out ratio": 1.5, "isolated neurons": 5, "test accuracy": 0.75}
        assert unpruned.metrics == pytest.approx(expected)

    def test_spectra_leave_isolated_neurons_out(self, files_of_two_stages):
        drawn = inputs.clustered_networks(files_of_two_stages, ["unpruned", "pruned"], k=2)
        for values in inputs.spectra(drawn).values():
            assert values.size == 784 + 8 + 3 - 5
            assert values[0] == pytest.approx(0, abs=1e-6)

    def test_null_models_are_cut_to_the_shuffles_of_the_analysis(self, files_of_two_stages):
        networks_shown = [
            {"model": "LINE+DROPOUT", "instance": 3, "stage": stage, "dropout": 0.5}
            for stage in ("unpruned", "pruned")
        ]
        found = inputs.null_distributions(
            files_of_two_stages, networks_shown, ["layer", "layer_nonzero"], n_shuffles=4
        )
        assert [network.regime for network in found] == ["unpruned + dropout", "pruned + dropout"]
        assert found[1].tag == "LINE"
        np.testing.assert_array_equal(found[0].ncuts["layer"], np.arange(4.0))

    @pytest.mark.parametrize(
        ("input_shape", "image"),
        [((28, 28), (28, 28)), ((28, 28, 1), (28, 28)), ((784,), (28, 28)), ((20,), None)],
    )
    def test_inputs_that_are_images_are_drawn_as_such(self, input_shape, image):
        assert networks.image_shape(input_shape) == image


class TestStyle:
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
    def test_a_tag_names_its_dataset(self, model, dataset):
        assert style.base_dataset(model) == dataset

    def test_markers_of_datasets_differ(self):
        names = ["MNIST", "FASHION", "LINE-MNIST", "MNIST-CIFAR10", "RANDOM", "OWN"]
        assert len(set(style.markers(names).values())) == len(names)

    def test_the_same_data_give_the_same_bytes(self, tmp_path):
        written = []
        for run in range(2):
            png, svg = tmp_path / f"{run}.png", tmp_path / f"{run}.svg"
            style.save(networks.clustered_networks([small_network()]), png, svg)
            pdf = tmp_path / f"{run}.pdf"
            style.save_pages([submodule_graphs.cluster_graphs([small_network()])], pdf)
            written.append([path.read_bytes() for path in (png, svg, pdf)])
        assert written[0] == written[1]

    def test_text_in_svg_is_text(self, tmp_path):
        figure = clustering.ncut_and_accuracy(stability())
        style.save(figure, tmp_path / "a.png", tmp_path / "a.svg")
        assert "Test accuracy</text>" in (tmp_path / "a.svg").read_text()

    def test_incomplete_data_are_noted(self):
        for complete, expected in (([True, True], 0), ([True, False], 1), ([False], 1)):
            figure = clustering.ncut_and_accuracy(stability())
            style.note_incomplete(figure, complete)
            assert sum("subset" in text for text in texts(figure)) == expected
