"""What networks are trained, pruned and adopted from."""

import pytest

from nn_modularity.errors import StudyError
from whole_study import stages, wildcards

LINE = wildcards(model="LINE", instance=0)


def test_training_does_not_depend_on_pruning():
    before, after = (
        stages(overlay).models.training(LINE)
        for overlay in ("", "training: {pruning_epochs: 3, sparsity: {final: 0.8}}")
    )
    assert before == after


def test_pruning_has_epochs_of_its_own():
    longer = "training: {epochs: 9, pruning_epochs: 3}"
    assert stages(longer).models.training(LINE)["epochs"] == 9
    assert stages(longer).models.pruning(LINE)["epochs"] == 3


@pytest.mark.parametrize(
    "overlay",
    [
        "training: {tensorboard: true}",
        "analyses: {mlp_learning_curve: {curves: [{model: LINE, every: 1}]}}",
        "analyses: {mlp_learning_curve: {curves: []}}",
    ],
)
def test_neither_training_nor_pruning_depends_on_what_is_written_of_them(overlay):
    before, after = stages().models, stages(overlay).models
    assert before.training(LINE) == after.training(LINE)
    assert before.pruning(LINE) == after.pruning(LINE)


def test_checkpoints_are_what_the_curves_ask_for():
    own = stages(
        "training: {epochs: 6, pruning_epochs: 4}\n"
        "analyses: {mlp_learning_curve: {curves: "
        "[{model: LINE, every: 2}, {model: LINE, every: 3}, {model: MNIST, every: 5}]}}"
    ).models
    assert own.checkpoint_epochs("LINE", "unpruned") == [2, 3, 4, 6]
    assert own.checkpoint_epochs("LINE", "pruned") == [2, 3, 4]
    assert own.checkpoint_epochs("MNIST", "unpruned") == [5]
    assert own.checkpoint_epochs("FASHION", "unpruned") == []
    assert own.with_curves == ["MNIST", "LINE"]


OWN = "models: {MINE: {dataset: mnist, files: {pruned: 'mine/{instance}.h5'}}}"


def test_a_network_of_ones_own_is_looked_for_by_instance():
    place = wildcards(model="MINE", instance=3, stage="pruned")
    assert stages(OWN).models.own_network(place) == "mine/3.h5"


def test_a_stage_that_the_user_has_not_is_named():
    place = wildcards(model="MINE", instance=0, stage="unpruned")
    with pytest.raises(StudyError, match=r"models\.MINE\.files: found pruned; .* unpruned"):
        stages(OWN).models.own_network(place)


def test_stages_are_those_that_a_network_exists_in():
    own = stages(OWN).models
    assert own.stages("MINE") == ["pruned"]
    assert own.stages("LINE") == ["unpruned", "pruned"]
    assert own.stages("LINE", ["pruned"]) == ["pruned"]
