"""Published factors beside ours."""

from pathlib import Path

import pandas as pd
import pytest

from nn_modularity.paper import comparison, factors

PAPER = Path(factors.__file__).parent
RECIPE = {
    "epochs": 20,
    "pruning_epochs": 20,
    "batch_size": 128,
    "dropout": 0.0,
    "regularisation_l1": 0.0,
    "regularisation_l2": 0.0,
    "regularisation_clusterability": 0.0,
    "initialisation_modules": 1,
}


def own(model, **changed):
    row = {
        "model": model,
        "is_unpruned": True,
        "K": 12,
        "instance": 0,
        "shuffle_method": "layer",
        "ncut": 9.88,
        "mean": 10.08,
        "stdev": 0.04,
        "z_score": -5.0,
        "train_acc": 0.94,
        "train_loss": 0.15,
        "test_acc": 0.89,
        "test_loss": 0.38,
        "data_complete": True,
    }
    return pd.DataFrame([row | changed, row | {"shuffle_method": "layer_nonzero", "ncut": 1.0}])


def ncut(model, recipe=RECIPE, **changed):
    table = factors.compare(PAPER, own(model, **changed), {model: recipe}, "factors.csv")
    (row,) = table[table["quantity"] == "ncut"].to_dict("records")
    return row


def test_the_published_n_cuts_stand_beside_ours_of_the_same_null_model_and_stage():
    row = ncut("FASHION")
    assert row["table"] == "factors, unpruned"
    # By hand from the published file: 9.90795, 9.85685, 9.85523, 9.90696, 9.89584.
    assert row["published_mean"] == pytest.approx(9.884566)
    assert (row["published_n"], row["own_n"], row["own_mean"]) == (5, 1, 9.88)
    assert row["verdict"] == comparison.INSIDE
    assert row["published_source"] == factors.SOURCE


@pytest.mark.parametrize(
    ("model", "recipe", "changed", "why"),
    [
        ("FASHION", RECIPE | {"epochs": 5}, {}, "epochs 5, published 20"),
        ("FASHION", RECIPE, {"data_complete": False}, "subset"),
        ("FASHION+L1", RECIPE, {}, "regularisation_l1 0.0, published 5e-05"),
        ("FASHION+L2", RECIPE | {"regularisation_l2": 5e-5}, {}, "first layer has the L1 penalty"),
    ],
)
def test_what_is_not_comparable_says_why(model, recipe, changed, why):
    row = ncut(model, recipe, **changed)
    assert row["verdict"] == comparison.NOT_COMPARABLE
    assert why in row["why_not"]


def test_models_that_were_not_published_are_left_out():
    assert factors.compare(PAPER, own("MINE"), {"MINE": RECIPE}, "factors.csv").empty


def test_every_published_model_has_a_recipe():
    models = set(pd.read_csv(PAPER / "factors.csv")["model"])
    assert models == set(pd.read_csv(PAPER / "factor-recipes.csv")["model"])
