"""Figures that are drawn from one table show what it says."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from drawn_figures import points, scattered, texts
from nn_modularity import palette
from nn_modularity.errors import StudyError
from nn_modularity.figures import (
    factors,
    learning_curve,
    mlp_clustering_scatter,
    mlp_cohens_d,
    mlp_p_values,
    paper_comparison,
)
from nn_modularity.figures.parts import style
from nn_modularity.figures.parts.tables import Table

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


def of(table):
    return Table("K = 4", table)


class TestScatter:
    def test_every_instance_is_a_point_at_its_ncut_and_accuracy(self):
        table = stability()
        offsets, _ = points(mlp_clustering_scatter.draw(of(table)).axes[0])
        expected = table[["ncut", "test_acc"]].to_numpy()
        assert sorted(map(tuple, offsets)) == sorted(map(tuple, expected))

    def test_colour_is_the_training(self):
        table = stability(("LINE+DROPOUT",), 2)
        offsets, colours = points(mlp_clustering_scatter.draw(of(table)).axes[0])
        by_ncut = dict(zip(offsets[:, 0], colours, strict=True))
        for row in table.itertuples():
            regime = style.regime(not row.is_unpruned, True)
            assert by_ncut[row.ncut] == to_hex(style.REGIMES[regime])

    def test_legend_names_only_what_is_shown(self):
        found = texts(mlp_clustering_scatter.draw(of(stability(("RANDOM",)))))
        assert {"unpruned", "pruned", "RANDOM"} <= set(found)
        assert not {"pruned + dropout", "MNIST"} & set(found)


class TestCohensD:
    def test_diamonds_lie_at_the_means(self):
        table = stability(("MNIST",), 4)
        for axes in mlp_cohens_d.draw(of(table)).axes:
            is_unpruned = axes.get_title(loc="left") == "unpruned"
            values = table.loc[table["is_unpruned"] == is_unpruned, "cohens_d"]
            small, diamond = (c.get_offsets() for c in axes.collections)
            np.testing.assert_allclose(sorted(small[:, 0]), sorted(values))
            np.testing.assert_allclose(diamond[0], [values.mean(), 0])

    def test_frozen_null_models_leave_nothing_to_draw(self):
        table = stability(("RANDOM", "MNIST"), 2)
        table.loc[table["model"] == "RANDOM", "cohens_d"] = np.inf
        first = mlp_cohens_d.draw(of(table)).axes[0]
        assert [label.get_text() for label in first.get_yticklabels()] == ["MNIST"]
        nothing = mlp_cohens_d.draw(of(table[table["model"] == "RANDOM"]))
        assert any("frozen" in text for text in texts(nothing))

    def test_one_null_model_alone_is_an_error_that_says_what_to_do(self):
        with pytest.raises(StudyError, match="ask for both null models"):
            mlp_cohens_d.draw(of(stability().drop(columns="cohens_d")))

    def test_one_model_of_one_instance_is_a_figure(self):
        assert len(mlp_cohens_d.draw(of(stability(("MNIST",), 1))).axes) == 2


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
        unpruned = mlp_p_values.draw(of(table)).axes[0]
        offsets, colours = points(unpruned)
        rows = table[table["is_unpruned"]]
        found = {(p, c): round(y) for (p, y), c in zip(offsets, colours, strict=True)}
        for row in rows.itertuples():
            colour = to_hex(palette.SHUFFLES[row.shuffle_method])
            assert found[row.pvalue, colour] == MODELS.index(row.model)
        assert len(offsets) == len(rows)

    def test_smallest_possible_p_is_inside_the_axes(self):
        table = p_value_table().assign(pvalue=1 / 201, pvalue_low=0.0)
        low, _ = mlp_p_values.draw(of(table)).axes[0].get_xlim()
        assert 0 < low < 1 / 201


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
        ncut, accuracy, loss = learning_curve.draw(of(table.sample(frac=1, random_state=0))).axes
        drawn = [ncut.lines[0], *accuracy.lines[:2], *loss.lines[:2]]
        names = ("ncut", "train_acc", "test_acc", "train_loss", "test_loss")
        for line, name in zip(drawn, names, strict=True):
            np.testing.assert_array_equal(line.get_xdata(), table["epoch"])
            np.testing.assert_array_equal(line.get_ydata(), table[name])

    def test_border_is_the_last_epoch_of_training(self):
        for axes in learning_curve.draw(of(self.curve())).axes:
            assert axes.lines[-1].get_xdata()[0] == 20

    def test_a_curve_takes_every_so_many_epochs_of_training_and_of_pruning(self):
        epochs = np.arange(1, 13)
        table = pd.DataFrame({"epoch": epochs, "is_pruned": epochs > 7})
        found = learning_curve.select(table, every=2, training_epochs=7)
        assert list(found["epoch"]) == [2, 4, 6, 9, 11]

    def test_without_pruning_there_is_no_border(self):
        found = texts(learning_curve.draw(of(self.curve(n_pruned=0))))
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
        (axes,) = paper_comparison.draw(of(table)).axes
        published, own = (np.asarray(c.get_offsets()) for c in scattered(axes))
        np.testing.assert_allclose(published[:, 0], table["published_mean"])
        np.testing.assert_allclose(own[:, 0], table["own_mean"])
        assert list(published[:, 1].round()) == list(own[:, 1].round()) == [0, 1, 2]

    def test_colour_is_the_verdict(self):
        verdicts = list(paper_comparison.VERDICTS)
        (axes,) = paper_comparison.draw(of(compared(verdicts))).axes
        _, own = scattered(axes)
        colours = zip(own.get_edgecolors(), own.get_facecolors(), strict=True)
        found = [(to_hex(edge), to_hex(face)) for edge, face in colours]
        assert found == [
            (to_hex(edge), to_hex(face)) for edge, face, _ in paper_comparison.VERDICTS.values()
        ]

    def test_every_quantity_and_k_has_its_own_panel(self):
        table = compared()
        parts = [
            table.assign(k=k, quantity=quantity)
            for k in (2, 4)
            for quantity in ("ncut", "mean_layer", "z_score_layer_nonzero")
        ]
        figure = paper_comparison.draw(of(pd.concat(parts)))
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
        (axes,) = paper_comparison.draw(of(table)).axes
        assert list(axes.lines[0].get_xdata()) == [5, 10, 20]

    def test_without_a_common_cell_the_figure_says_so(self):
        assert any("No number" in text for text in texts(paper_comparison.draw(of(compared([])))))


def test_factors_are_points_at_their_ncut_and_z_score():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        [
            {
                "factor": factor,
                "task": task,
                "is_unpruned": is_unpruned,
                "shuffle_method": shuffle,
                "ncut": rng.uniform(8, 11),
                "z_score": rng.normal() * 20,
                "data_complete": True,
            }
            for factor in ("control", "dropout", "clusterable init")
            for task in ("fashion", "halves-fashion")
            for is_unpruned in (True, False)
            for shuffle in ("layer", "layer_nonzero")
        ]
    )
    figure = factors.draw(of(table))
    assert len(figure.axes) == 2
    for axes, shuffle in zip(figure.axes, ("layer", "layer_nonzero"), strict=True):
        offsets = np.concatenate([drawn.get_offsets() for drawn in axes.collections])
        own = table[table.shuffle_method == shuffle]
        expected = own[["ncut", "z_score"]].to_numpy()
        np.testing.assert_allclose(sorted(map(tuple, offsets)), sorted(map(tuple, expected)))
    assert "clusterable init" in texts(figure)
