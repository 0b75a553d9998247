"""The study's configuration: what it means, and what is said when it is wrong."""

import pytest
import yaml

from nn_modularity.errors import StudyError
from nn_modularity.study import study as config
from whole_study import WHOLE, changed, stages, study, wildcards


def complaint(overlay):
    with pytest.raises(StudyError) as raised:
        config.load(changed(overlay), source="my.yaml")
    return str(raised.value)


def test_the_projects_own_study_is_valid():
    own = study()
    mlps = [tag for tag, model in own.models.items() if getattr(model, "network", "") == "mlp"]
    analyses = own.analyses
    assert len(analyses.mlp_clustering.models) == 32
    assert set(mlps) == {*analyses.mlp_clustering.models, *analyses.factors.models}
    assert len(own.datasets_of("mixture")) == 8
    assert len(own.datasets_of("pairs")) == 6


def test_a_view_has_its_networks_dataset_and_kind():
    own = study("models: {SEEN: {network_of: CNN-LINE, units: channels}}")
    assert own.models["SEEN"].dataset == "line"
    assert own.networks_of("SEEN") == "CNN-LINE"
    assert own.networks_of("LINE") == "LINE"
    with pytest.raises(StudyError, match="SEEN is of kind cnn; expected mlp models"):
        study(
            "{models: {SEEN: {network_of: CNN-LINE}}, analyses: {mlp_clustering: {models: [SEEN]}}}"
        )


def test_what_does_nothing_retrains_nothing():
    plain, l1 = (
        stages(overlay).models.training(wildcards(model="LINE", instance=0))
        for overlay in ("", "models: {LINE: {regularisation: {l1: 0.1}}}")
    )
    assert "regularisation" not in plain
    assert "initialisation" not in plain
    assert l1["regularisation"] == {
        "l1": 0.1,
        "l2": 0.0,
        "clusterability": 0.0,
        "clusters": 3,
        "every": 20,
    }


@pytest.mark.parametrize(
    ("settings", "factor"),
    [
        ("{}", "control"),
        ("{dropout: 0.5}", "dropout"),
        ("{regularisation: {l1: 5.0e-5}}", "L1 5e-05"),
        ("{regularisation: {clusterability: 0.1}, dropout: 0.2}", "dropout + clusterability 0.1"),
        ("{initialisation: {modules: 10}}", "clusterable init"),
    ],
)
def test_a_factor_is_what_a_training_has_beside_the_plain_one(settings, factor):
    assert stages(f"models: {{LINE: {settings}}}").models.factor("LINE") == factor


@pytest.mark.parametrize(
    ("overlay", "line"),
    [
        ("sed: 1", 'unknown key "sed"; did you mean "seed"?'),
        ("training: {epocs: 3}", 'training: unknown key "epocs"; did you mean "epochs"?'),
        ("training: {colour: red}", 'training: unknown key "colour"; expected one of epochs, '),
        (
            "training: {sparsity: {finale: 0.9}}",
            'training.sparsity: unknown key "finale"; did you mean "final"?',
        ),
        (
            "models: {LINE: {droput: 0.5}}",
            'models.LINE: unknown key "droput"; did you mean "dropout"?',
        ),
        (
            "models: {LINE: {dataset: lien}}",
            'models.LINE: unknown dataset "lien"; did you mean "line"?',
        ),
        (
            "models: {LINE: {network: mpl}}",
            'models.LINE: unknown network "mpl"; did you mean "mlp"?',
        ),
        (
            "models: {X: {dataset: lime, files: {pruned: x.h5}}}",
            'models.X: unknown dataset "lime"; did you mean "line"?',
        ),
        (
            "analyses: {mlp_lesion: {models: [mnist+dropuot]}}",
            'analyses.mlp_lesion: unknown model "mnist+dropuot"; did you mean "MNIST+DROPOUT"?',
        ),
        (
            "analyses: {mlp_learning_curve: {curves: [{model: MNITS}]}}",
            'analyses.mlp_learning_curve: unknown model "MNITS"; did you mean "MNIST"?',
        ),
        (
            "datasets: {line-mnist: {of: [line, minst]}}",
            'datasets.line-mnist.of: unknown dataset "minst"; did you mean "mnist"?',
        ),
        (
            "analyses: {random_initialisation: {network: mlpp}}",
            'analyses.random_initialisation: unknown network "mlpp"; did you mean "mlp"?',
        ),
    ],
)
def test_a_misspelt_name_is_found_and_mended(overlay, line):
    assert complaint(overlay).startswith(f"my.yaml: {line}")


@pytest.mark.parametrize(
    ("overlay", "where", "found"),
    [
        ("training: {sparsity: {final: 1.0}}", "training.sparsity.final", "1.0"),
        ("training: {sparsity: {initial: -0.1}}", "training.sparsity.initial", "-0.1"),
        ("training: {dropout: 1.0}", "training.dropout", "1.0"),
        ("training: {epochs: 0}", "training.epochs", "0"),
        ("training: {shuffle: 1}", "training.shuffle", "1"),
        ("training: {epochs: '20'}", "training.epochs", "'20'"),
        ("analyses: {mlp_lesion: {k: 1}}", "analyses.mlp_lesion.k", "1"),
        ("analyses: {mlp_lesion: {n_clusters: [10, 1]}}", "analyses.mlp_lesion.n_clusters.1", "1"),
        ("analyses: {mlp_lesion: {delta: 0.01}}", "analyses.mlp_lesion.delta", "0.01"),
        ("networks: {mlp: {hidden: [256, 0]}}", "networks.mlp.hidden.1", "0"),
        ("models: {LINE: {epochs: many}}", "models.LINE.epochs", "'many'"),
        ("seed: -1", "seed", "-1"),
    ],
)
def test_an_impossible_value_is_named_with_its_key(overlay, where, found):
    (line,) = complaint(overlay).splitlines()
    assert line.startswith(f"my.yaml: {where}: found {found}; input should be ")


@pytest.mark.parametrize(
    ("overlay", "line"),
    [
        (
            "datasets: {line: {generator: lines}}",
            "datasets.line.generator: found 'lines'; did you mean \"line\"?",
        ),
        (
            "analyses: {mlp_lesion: {stage: prunned}}",
            "analyses.mlp_lesion.stage: found 'prunned'; did you mean \"pruned\"?",
        ),
        (
            "analyses: {mlp_lesion: {ties: maybe}}",
            "analyses.mlp_lesion.ties: found 'maybe'; expected one of counted, ignored",
        ),
        (
            "analyses: {mlp_clustering: {shuffles: [layer_nonzeros]}}",
            "analyses.mlp_clustering.shuffles.0: found 'layer_nonzeros'; "
            'did you mean "layer_nonzero"?',
        ),
    ],
)
def test_a_misspelt_value_is_found_and_mended(overlay, line):
    assert complaint(overlay) == f"my.yaml: {line}"


def test_a_list_that_needs_entries_is_named():
    assert complaint("networks: {mlp: {hidden: []}}").startswith(
        "my.yaml: networks.mlp.hidden: found []; "
    )


@pytest.mark.parametrize(
    ("overlay", "line"),
    [
        ("training: {sparsity: {initial: 0.95}}", "expected sparsity to rise"),
        ("datasets: {fashion: {sources: [embedded]}}", "exists for mnist alone, not for fashion"),
        ("datasets: {mnist: {sources: [embedded, raw]}}", "never asked then; expected it last"),
        ("datasets: {line-mnist: {of: [line, line-cifar10]}}", "is a mixture itself"),
        (
            "datasets: {mine: {kind: own, file: m.h5, shape: [32, 32]}, "
            "m: {kind: mixture, of: [line, mine]}}",
            "datasets.m.of: found images of {'line': (28, 28), 'mine': (32, 32)}; expected equal",
        ),
        (
            "datasets: {mine: {kind: own, file: ./data/mine.h5}}",
            "datasets.mine.file: found './data/mine.h5', which the workflow itself makes",
        ),
        ("analyses: {mlp_lesion: {models: [CNN-MNIST]}}", "CNN-MNIST is of kind cnn; expected mlp"),
        ("analyses: {cnn_clustering: {models: [MNIST]}}", "MNIST is of kind mlp; expected cnn"),
    ],
)
def test_settings_that_contradict_one_another_are_refused(overlay, line):
    assert line in complaint(overlay)


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "a/b",
        "a..b",
        ".hidden",
        "-x",
        "{x}",
        "a b",
        "a\nb",
        "",
        "x" * 81,
        "=cmd",
        "\u202ea",
    ],
)
@pytest.mark.parametrize("section", ["datasets", "networks", "models"])
def test_a_name_that_is_no_name_of_a_file_is_refused(section, name):
    settings = {"datasets": WHOLE["datasets"]["line"], "networks": {"kind": "mlp"}}
    settings["models"] = {"dataset": "line"}
    with pytest.raises(StudyError, match="expected letters, digits and"):
        config.load(changed(yaml.safe_dump({section: {name: settings[section]}})))


@pytest.mark.parametrize(
    ("overlay", "line"),
    [
        ("models: {NET-K5: {dataset: line}}", "expected one that doesn't end like -K5"),
        (
            "models: {line: {dataset: line}}",
            "models: found LINE and line; expected",
        ),
        (
            "models: {NO: {dataset: line}}",
            "models: found the key False, of type bool",
        ),
        ("datasets: {1: {kind: own, file: x.h5}}", "datasets: found the key 1, of type int"),
        (
            "models: {2020-01-01: {dataset: line}}",
            "of type date; expected text",
        ),
        (
            "models: {M: {dataset: line, files: {pruned: 'x{y}.h5'}}}",
            "in braces nothing but {instance}",
        ),
        (
            "models: {M: {dataset: line, files: {pruned: '{instance:>99999999}'}}}",
            "in braces nothing but {instance}",
        ),
        ("analyses: {mlp_lesion: {models: [LINE, LINE]}}", "found 'LINE' more than once"),
        ("analyses: {mlp_lesion: {n_clusters: [7, 7]}}", "found 7 more than once"),
        ("analyses: {mlp_clustering: {shuffles: [layer, layer]}}", "found 'layer' more than once"),
        ("analyses: {mlp_clustering: {stages: [pruned, pruned]}}", "found 'pruned' more than once"),
        (
            "training: {epochs: 1000000000000}",
            "training.epochs: found 1000000000000;",
        ),
        (
            "networks: {mlp: {hidden: [1000000000000]}}",
            "networks.mlp.hidden.0: found 1000000000000",
        ),
        (f"seed: {'7' * 400}", "seed: found 7777"),
    ],
)
def test_what_would_go_wrong_later_is_refused_now(overlay, line):
    (found,) = complaint(overlay).splitlines()
    assert line in found
    assert len(found) < 400


def test_a_missing_key_is_named():
    without_seed = {key: value for key, value in WHOLE.items() if key != "seed"}
    with pytest.raises(StudyError, match=r"^workflow_config\.yaml: seed: is missing, but required"):
        config.load(without_seed)


def test_every_mistake_has_its_line():
    lines = complaint("{seed: -1, training: {epochs: 0}}").splitlines()
    assert len(lines) == 2


def test_every_name_that_is_not_there_has_its_line():
    overlay = "models: {A: {dataset: nothing}, B: {dataset: nowhere}}"
    lines = complaint(overlay).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["models.A", "models.B"]
    assert all(line.startswith("my.yaml: ") for line in lines)


def test_a_model_has_its_own_settings_first():
    own = study(
        "training: {epochs: 7, sparsity: {initial: 0.4}}\n"
        "models: {LINE: {pruning_epochs: 3, sparsity: {final: 0.8}}}"
    )
    training = own.training_of("LINE")
    assert (training["epochs"], training["pruning_epochs"]) == (7, 3)
    assert training["sparsity"] == {"initial": 0.4, "final": 0.8, "frequency": 10}


def test_a_network_of_ones_own_needs_no_recipe():
    own = study("models: {MINE: {dataset: mnist, files: {pruned: 'mine/{instance}.h5'}}}")
    assert own.own_models == ["MINE"]
    assert "MINE" not in own.trained_models


def test_a_network_of_ones_own_has_known_stages():
    assert "models.MINE.files" in complaint(
        "models: {MINE: {dataset: mnist, files: {final: mine.h5}}}"
    )


def test_settings_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="frozen"):
        study().seed = 3
