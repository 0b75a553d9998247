"""The study's configuration."""

from pathlib import Path

import pytest
import yaml

from nn_modularity import config
from nn_modularity.errors import StudyError

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def found():
    return yaml.safe_load((PROJECT / "workflow_config.yaml").read_text())


def test_the_study_has_its_models(found):
    study = config.load(found)
    kinds = [study.networks[study.models[tag].network].kind for tag in study.trained_models]
    assert (kinds.count("mlp"), kinds.count("cnn")) == (32, 8)
    assert len(study.analyses.mlp_learning_curve.curves) == 13


def test_a_models_own_settings_go_first(found):
    found["training"]["sparsity"] = {"initial": 0.4, "final": 0.8, "frequency": 5}
    found["models"]["MNIST"]["sparsity"] = {"final": 0.9}
    study = config.load(found)
    assert study.training_of("MNIST")["sparsity"] == {"initial": 0.4, "final": 0.9, "frequency": 5}
    assert study.training_of("CIFAR10+DROPOUT")["epochs"] == 100
    assert study.training_of("CIFAR10+DROPOUT")["batch_size"] == 128


def test_checkpoints_are_those_of_all_of_a_models_curves(found):
    found["analyses"]["mlp_learning_curve"]["curves"] = [
        {"model": "LINE", "every": 5},
        {"model": "LINE", "every": 8},
    ]
    study = config.load(found)
    assert study.checkpoint_epochs("LINE", "unpruned") == [5, 8, 10, 15, 16, 20]
    assert study.checkpoint_epochs("MNIST", "unpruned") == []


def test_the_most_demanding_analysis_sets_the_number_of_shuffles(found):
    study = config.load(found)
    assert study.n_shuffles("MNIST", 0, "pruned", 4, "layer") == 320
    assert study.n_shuffles("MNIST", 0, "pruned", 4, "layer_all_distribution") == 200
    assert study.n_shuffles("MNIST", 9, "pruned", 7, "layer_nonzero") == 320


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("sead", 3, 'unknown key "sead"; did you mean "seed"?'),
        ("training.epochs", "x", "training.epochs: found 'x'; "),
        ("training.sparsity.final", 1.5, "training.sparsity.final: found 1.5; "),
        ("training.sparsity.final", 0.1, "training.sparsity: final 0.1 is below initial 0.5"),
        ("networks.mlp.hidden", [0], "networks.mlp.hidden.0: found 0; "),
        ("analyses.mlp_lesion.k", 1, "analyses.mlp_lesion.k: found 1; "),
        ("models.MNIST.dataset", "mnits", 'unknown dataset "mnits"; did you mean "mnist"?'),
        ("models.MNIST.network", "mpl", 'unknown network "mpl"; did you mean "mlp"?'),
        ("datasets.line.generator", "lines", "found 'lines'; did you mean \"line\"?"),
        ("datasets.fashion.sources", ["embedded"], '"embedded" exists for mnist alone'),
        ("datasets.line-mnist.of", ["line", "mnits"], 'unknown dataset "mnits"'),
        ("analyses.mlp_lesion.models", ["CNN-LINE"], "CNN-LINE is of kind cnn; expected mlp"),
    ],
)
def test_a_mistake_is_one_line_with_its_key(found, path, value, message):
    *sections, key = path.split(".")
    section = found
    for name in sections:
        section = section[name]
    section[key] = value
    with pytest.raises(StudyError) as error:
        config.load(found)
    assert message in str(error.value)
    assert str(error.value).startswith("workflow_config.yaml: ")
    assert len(str(error.value).splitlines()) == 1


def test_a_mixture_wants_equal_shapes(found):
    found["datasets"]["mine"] = {"kind": "own", "file": "mine.h5", "shape": [32, 32]}
    found["datasets"]["line-mnist"]["of"] = ["line", "mine"]
    with pytest.raises(StudyError, match="expected equal shapes"):
        config.load(found)


def test_every_mistake_has_its_line(found):
    found["models"]["MNIST"]["dataset"] = "mnits"
    found["models"]["LINE"]["dataset"] = "lien"
    with pytest.raises(StudyError) as error:
        config.load(found)
    assert len(str(error.value).splitlines()) == 2
