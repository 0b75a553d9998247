"""Figures of null models and of untrained networks show their N-cuts."""

import numpy as np
import pytest

from drawn_figures import scattered
from nn_modularity.clustering.results import Clusters, Initialisation, NullDistribution
from nn_modularity.figures import mlp_null_distributions, mlp_violins, random_initialisation
from nn_modularity.figures.parts import style
from nn_modularity.figures.parts.nulls import NullDistributions, NullStudy

MODELS = ("MNIST", "MNIST+DROPOUT", "LINE")


def null_networks(models=MODELS, instances=2, seed=0):
    rng = np.random.default_rng(seed)
    return [
        NullDistributions(
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


def shown(networks):
    return NullStudy("K = 4", tuple(networks), (True,))


class TestNullDistributions:
    def test_black_line_is_at_each_networks_own_ncut(self):
        drawn = [n for n in null_networks(instances=1) if n.regime.startswith("pruned")]
        figure = mlp_null_distributions.draw(shown(drawn))
        panels = {axes.get_title(loc="left"): axes for axes in figure.axes if axes.get_visible()}
        assert len(panels) == len(drawn)
        for network in drawn:
            axes = panels[f"{network.tag}, {network.regime}"]
            black = [line for line in axes.lines if line.get_color() == "black"]
            assert [line.get_xdata()[0] for line in black] == [network.ncut]

    def test_histograms_are_densities_on_shared_axes(self):
        figure = mlp_null_distributions.draw(shown(null_networks(("MNIST", "LINE"), 1)))
        limits = {(axes.get_xlim(), axes.get_ylim()) for axes in figure.axes}
        assert len(limits) == 1
        for axes in figure.axes:
            area = sum(bar.get_width() * bar.get_height() for bar in axes.patches)
            assert area == pytest.approx(2)  # two nulls, each of area 1

    def test_null_of_equal_ncuts_has_no_density_but_is_drawn(self):
        frozen = NullDistributions("RANDOM", 0, "pruned", 2.0, {"layer": np.full(9, 2.0)})
        assert len(mlp_null_distributions.draw(shown([frozen])).axes[0].patches) > 0
        assert mlp_violins.draw(shown([frozen])).axes


class TestViolins:
    def test_cross_marks_the_true_ncut_of_every_instance(self):
        drawn = null_networks(instances=3)
        figure = mlp_violins.draw(shown(drawn))
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
        axes = mlp_violins.draw(shown([network])).axes[0]
        bodies = [c for c in axes.collections if len(c.get_paths()[0].vertices) > 50]
        layer, nonzero = (body.get_paths()[0].vertices for body in bodies)
        assert layer[:, 0].max() <= network.instance <= nonzero[:, 0].min()
        for vertices, name in ((layer, "layer"), (nonzero, "layer_nonzero")):
            values = network.ncuts[name]
            np.testing.assert_allclose(
                [vertices[:, 1].min(), vertices[:, 1].max()], [values.min(), values.max()]
            )

    def test_a_panel_without_network_shows_no_axes(self):
        figure = mlp_violins.draw(shown(null_networks(("MNIST", "MNIST+DROPOUT", "LINE"), 1)))
        empty = [axes for axes in figure.axes if not axes.axison]
        assert len(empty) == 2  # LINE with dropout, unpruned and pruned


def test_random_initialisation_marks_the_mean():
    ncuts = np.random.default_rng(0).normal(2.5, 0.01, 40)
    axes = random_initialisation.draw(random_initialisation.Untrained("K = 4", ncuts)).axes[0]
    assert axes.lines[-1].get_xdata()[0] == pytest.approx(ncuts.mean())
    assert sum(p.get_width() * p.get_height() for p in axes.patches) == pytest.approx(1)


def test_null_models_are_cut_to_the_shuffles_of_the_analysis(tmp_path):
    paths = {name: [tmp_path / name] for name in ("clustering", "layer")}
    labels = np.zeros(5, int)
    Clusters(labels, (3, 2), 0.5, np.zeros(1), data_complete=False).write(paths["clustering"][0])
    NullDistribution(np.arange(9.0), data_complete=False).write(paths["layer"][0])
    network = {"model": "LINE+DROPOUT", "instance": 3, "stage": "pruned", "dropout": 0.5}
    found = mlp_violins.read(paths, "K = 4", [network], ["layer"], n_shuffles=4)
    assert (found.tags, found.regimes, found.shuffles) == (
        ["LINE"],
        ["pruned + dropout"],
        ["layer"],
    )
    np.testing.assert_array_equal(found.networks[0].ncuts["layer"], np.arange(4.0))
    assert found.data_complete == (False,)


def test_untrained_networks_have_seen_no_data(tmp_path):
    Initialisation(np.arange(3.0)).write(tmp_path / "ncuts.h5")
    found = random_initialisation.read({"ncuts": tmp_path / "ncuts.h5"}, "Untrained")
    np.testing.assert_array_equal(found.ncuts, np.arange(3.0))
    assert found.data_complete == ()
