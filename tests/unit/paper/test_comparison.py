"""Published numbers beside ours: the same cells, counted the same way, judged plainly."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nn_modularity.lesions import taxonomy
from nn_modularity.paper import comparison, own_numbers, published_numbers

PAPER = Path(published_numbers.__file__).parent
RULE, SINGLE_RULE = taxonomy.Rule(50), taxonomy.Rule(100)
RECIPES = pd.read_csv(PAPER / "recipes.csv", index_col="model")
COUNTED = ["joint lesion", "conditional lesion", "dependencies"]
N_SHUFFLES = {"lesion": 100, **dict.fromkeys(COUNTED, 50)}
OWN_RECIPE = {
    "epochs": 20,
    "pruning_epochs": 20,
    "batch_size": 128,
    "dropout": 0.0,
    "n_train": None,
    "shuffle": True,
    "sparsity_initial": 0.5,
    "sparsity_final": 0.9,
    "sparsity_frequency": 10,
}


@pytest.fixture(scope="module")
def published():
    return published_numbers.read(PAPER)


def long(rows, table="stability"):
    found = pd.DataFrame(rows, columns=["model", "k", "quantity", "run", "value"])
    return found.assign(table=table)


def remarks(why_not=""):
    rows = [("stability", model, True, why_not) for model in ("MNIST", "LINE")]
    return pd.DataFrame(rows, columns=["table", "model", "data_complete", "why_not"])


THEIRS = long([("MNIST", 4, "ncut", str(i), value) for i, value in enumerate([1.9, 2.0, 2.1])])


@pytest.mark.parametrize(
    ("values", "verdict", "n_inside"),
    [
        ([1.95, 2.05], "inside", 2),
        ([1.8, 2.3], "inside", 0),
        ([1.9], "inside", 1),
        ([1.8, 1.9], "below", 1),
        ([2.1, 2.2, 2.3], "above", 1),
    ],
)
def test_verdict_is_whether_our_mean_lies_in_the_published_range(values, verdict, n_inside):
    own = long([("MNIST", 4, "ncut", str(i), value) for i, value in enumerate(values)])
    (row,) = comparison.compare(THEIRS, own.assign(source="x.csv"), remarks()).itertuples()
    assert (row.verdict, row.n_inside) == (verdict, n_inside)
    assert row.own_mean == pytest.approx(np.mean(values))
    assert row.published_std == pytest.approx(0.1)
    assert (row.published_min, row.published_max, row.published_n) == (1.9, 2.1, 3)
    assert row.difference_in_std == pytest.approx((np.mean(values) - 2.0) / 0.1)
    assert row.own_source == "x.csv"


def test_one_published_value_is_no_range():
    own = long([("MNIST", 4, "ncut", "0", 1.9)]).assign(source="x.csv")
    (row,) = comparison.compare(THEIRS[:1], own, remarks()).itertuples()
    assert row.verdict == "no published range"
    assert np.isnan(row.difference_in_std)


def test_what_is_not_comparable_is_not_judged():
    own = long([("MNIST", 4, "ncut", "0", 2.0)]).assign(source="x.csv")
    (row,) = comparison.compare(THEIRS, own, remarks("the data is a subset")).itertuples()
    assert row.verdict == "not comparable"
    assert row.why_not == "the data is a subset"


def test_only_cells_that_both_have_are_compared():
    rows = [("MNIST", 2, "ncut", "0", 0.3), ("LINE", 4, "ncut", "0", 2.0)]
    rows += [("MNIST", 4, "test_acc", "0", 0.98)]
    assert comparison.compare(THEIRS, long(rows).assign(source="x.csv"), remarks()).empty


def test_the_papers_own_recipe_on_complete_data_is_comparable():
    found = comparison.remarks(
        {"MNIST": OWN_RECIPE, "LINE": {}}, RECIPES, {"MNIST": True}, N_SHUFFLES
    )
    assert list(found["table"]) == list(comparison.TABLES)
    assert (found["why_not"] == "").all()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"epochs": 5}, "epochs 5, published 20"),
        ({"n_train": 3000}, "n_train 3000"),
        ({"dropout": 0.5}, "dropout 0.5, published 0"),
        ({"sparsity_final": 0.8}, "sparsity_final 0.8, published 0.9"),
    ],
)
def test_another_recipe_is_not_comparable(change, reason):
    published = RECIPES.loc["MNIST"].to_dict()
    assert reason in comparison.why_not({**OWN_RECIPE, **change}, published, True)


def test_a_subset_of_the_data_is_not_comparable():
    published = RECIPES.loc["MNIST"].to_dict()
    assert comparison.why_not(OWN_RECIPE, published, False).startswith("the data is a subset")


def test_another_number_of_random_lesions_matters_to_lesions_alone():
    found = comparison.remarks(
        {"MNIST": OWN_RECIPE},
        RECIPES,
        {"MNIST": True},
        {**N_SHUFFLES, "lesion": 20},
    ).set_index("table")["why_not"]
    assert found["lesion"] == "20 random lesions, published 100"
    assert (found.drop("lesion") == "").all()


def test_published_instances_summarise_to_the_published_summary(published):
    ncuts = published[
        (published["table"] == "stability")
        & (published["model"] == "FASHION+DROPOUT")
        & (published["k"] == 4)
        & (published["quantity"] == "ncut")
    ]["value"]
    # As the notebook printed them.
    assert len(ncuts) == 10
    assert ncuts.mean() == pytest.approx(1.726417, abs=1e-6)
    assert ncuts.std(ddof=1) == pytest.approx(0.021686, abs=1e-6)
    assert (ncuts.min(), ncuts.max()) == pytest.approx((1.682114, 1.751162))


def test_published_counts_add_up(published):
    """Every sub-module has one class; n of them make n (n + 1) / 2 pairs, n² ordered ones."""
    of = published.set_index(["table", "model", "run", "quantity"])["value"].sort_index()
    for model, run in [("MNIST", "last"), ("FASHION+DROPOUT", "last"), ("MNIST+DROPOUT", "2")]:
        single = of["lesion", model, run]
        n = single["sub-modules"]
        assert single[single.index.str.startswith("sub-modules:")].sum() == n
        assert of["joint lesion", model, run].sum() == n * (n + 1) / 2
        assert of["conditional lesion", model, run].sum() == n * n


def test_no_published_number_stands_twice(published):
    assert not published.duplicated(["table", "model", "k", "quantity", "run"]).any()


def test_combinations_that_never_occurred_count_as_none(published):
    rows = published[
        (published["table"] == "dependencies")
        & (published["model"] == "MNIST+DROPOUT")
        & (published["run"] == "last")
    ].set_index("quantity")["value"]
    assert rows.to_dict() == {"type I": 0, "type II": 0, "type III": 7, "type IV": 7}


def example_network():
    """Three sub-modules: a (layer 1) and c (layer 2) important, b (layer 1) not; ties matter for b.

    b's lesion changes nothing and neither does any random one: significant only if ties don't
    count, as published.
    """
    single = pd.DataFrame(
        {
            "layer": [1, 1, 2],
            "label": [0, 1, 0],
            "diff": [-0.2, 0.0, -0.3],
            "corrected_pvalue": [1 / 101] * 3,
            "pvalue": [1 / 101, 1.0, 1 / 101],
            "label_in_layer_proportion": [0.6, 0.4, 0.9],
            "n_layer_label": [60, 40, 90],
            "intact": 0.98,
            "taxonomy": ["important", "prunable", "important"],
        }
    )
    names = [(1, 0), (1, 1), (2, 0)]
    joint = pd.DataFrame(
        [(*names[i], *names[j]) for i in range(3) for j in range(i, 3)],
        columns=["first_layer", "first_label", "second_layer", "second_label"],
    )
    joint["diff"] = [-0.2, -0.2, -0.5, 0.0, -0.3, -0.3]
    joint["corrected_pvalue"] = [1 / 51, 0.5, 1 / 51, 1.0, 1 / 51, 1 / 51]
    conditional = pd.DataFrame(
        [(*i, *j, i == j) for i in names for j in names],
        columns=["layer", "label", "given_layer", "given_label", "diagonal"],
    )
    conditional["s"] = [-0.2, -0.2, 0.0, 0.0, 0.0, 0.0, -0.2, -0.3, -0.3]
    alone, least = 1 / 101, 1 / 51
    pvalues = [alone, 0.5, 0.5, 0.5, alone, 1.0, least, least, alone]
    conditional["corrected_pvalue"] = pvalues
    conditional["pvalue"] = pvalues
    return single, joint, conditional


def values(table, name):
    rows = table[table["table"] == name].set_index("quantity")["value"]
    return {quantity: value for quantity, value in rows.items() if value}


def test_own_sub_modules_are_counted_by_the_published_p_value():
    single, _, _ = example_network()
    found = own_numbers.single(single, SINGLE_RULE, "MNIST", 10)
    assert values(found, "lesion") == {
        "sub-modules": 3,
        "intact accuracy": 0.98,
        "sub-modules: important": 2,
        "sub-modules: sig-but-not-diff": 1,
    }


def test_own_pairs_are_counted_as_published():
    found = own_numbers.pairs(*example_network(), RULE, SINGLE_RULE, "MNIST", 10)
    assert values(found, "joint lesion") == {
        "pairs: each important alone, together important": 3,  # aa, ac, cc
        "pairs: the first important alone, together not important": 1,  # ab
        "pairs: the second important alone, together important": 1,  # bc
        "pairs: neither important alone, together not important": 1,  # bb
    }
    # The diagonal: a and c important; b significant, but no different.
    assert values(found, "conditional lesion") == {
        "pairs: important": 4,
        "pairs: diff-but-not-sig": 1,
        "pairs: sig-but-not-diff": 1,
        "pairs: other": 2,
        "pairs: prunable": 1,
    }
    # a | c does nothing, c | a matters.
    assert values(found, "dependencies") == {"type III": 1}
    assert set(found["model"]) == {"MNIST"}
    assert set(found["k"]) == {10}


def test_a_network_without_dependencies_counts_none_of_each_type():
    single, joint, conditional = example_network()
    found = own_numbers.pairs(
        single.assign(diff=0.0), joint, conditional, RULE, SINGLE_RULE, "MNIST", 10
    )
    types = found[found["table"] == "dependencies"]
    assert dict(zip(types["quantity"], types["value"], strict=True)) == dict.fromkeys(
        ["type I", "type II", "type III", "type IV"], 0
    )


def test_every_own_cell_of_a_published_model_has_a_published_counterpart(published):
    single, joint, conditional = example_network()
    own = pd.concat(
        [
            own_numbers.single(single, SINGLE_RULE, "FASHION", 10),
            own_numbers.pairs(single, joint, conditional, RULE, SINGLE_RULE, "FASHION", 10),
        ]
    )
    keys = set(published[comparison.CELL].itertuples(index=False, name=None))
    assert set(own[comparison.CELL].itertuples(index=False, name=None)) <= keys


def test_learning_curves_are_compared_epoch_by_epoch(published):
    own = pd.DataFrame(
        {"model": "MNIST", "epoch": [3, 5, 25], "ncut": [2.6, 2.5, 2.2]}
        | dict.fromkeys(["train_acc", "train_loss", "test_acc", "test_loss"], 0.5)
    )
    found = own_numbers.learning_curves(own, 4).assign(source="x.csv")
    rows = [("learning curve", "MNIST", True, "")]
    comments = pd.DataFrame(rows, columns=["table", "model", "data_complete", "why_not"])
    table = comparison.compare(published, found, comments).set_index("quantity")
    assert len(table) == 2 * 5
    assert table.loc["ncut, epoch 25", "published_mean"] == 2.188127
    assert table.loc["ncut, epoch 25", "own_mean"] == 2.2


def test_only_pruned_instances_are_compared():
    instances = pd.DataFrame(
        {
            "K": 4,
            "model": "MNIST",
            "instance": [0, 0],
            "is_unpruned": [True, False],
            **{name: [1.0, 2.0] for name in published_numbers.STABILITY},
        }
    )
    assert set(own_numbers.stability(instances)["value"]) == {2.0}


def test_a_models_data_are_complete_where_all_of_its_rows_say_so():
    table = pd.DataFrame(
        {"model": ["MNIST", "LINE", "MNIST"], "data_complete": [True, True, False]}
    )
    assert own_numbers.data_complete(table) == {"MNIST": False, "LINE": True}
