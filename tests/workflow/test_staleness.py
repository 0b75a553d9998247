"""Which rules run again after which change: these, and no others."""

import os

import pytest

pytestmark = pytest.mark.xdist_group("finished")

SHUFFLED = {"shuffle_network", "tabulate_clustering"}
DOUBLE = {"tabulate_double_lesions", "write_double_lesion_spreadsheet"}
DOUBLE_LESIONED = {"double_lesion_network", *DOUBLE}
CLASSED = {
    "tabulate_lesions",
    "tabulate_control",
    "write_lesion_spreadsheet",
    "plot_lesion_swarm",
    *DOUBLE,
}
SINGLE_LESIONED = {"lesion_network", "lesion_control", *CLASSED}
SHARED = {"shuffle_instances_from_1"}
LESIONED = SINGLE_LESIONED | DOUBLE_LESIONED
DRAWN = {"plot_lesion_swarm", "plot_learning_curve"}
CURVES = {"tabulate_learning_curve", "plot_learning_curve"}
CLUSTERED = {"cluster_network", "permute_labels"} | SHUFFLED | LESIONED | CURVES
AFTER_PRUNING = {"prune", "record_checkpoints"} | CLUSTERED
AFTER_TRAINING = {"train"} | AFTER_PRUNING
EVERYTHING = {"generate_dataset", "mix_datasets"} | AFTER_TRAINING
ONE_MODEL_ANEW = {
    "train": 1,
    "prune": 1,
    "cluster_network": 1,
    "lesion_network": 1,
    "tabulate_lesions": 1,
    "write_lesion_spreadsheet": 1,
}


def test_a_finished_study_has_nothing_to_do(finished):
    done = finished.run()
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


def test_touched_code_reruns_nothing(finished):
    for file in (finished.folder / "scripts").rglob("*.py"):
        os.utime(file)
    for part in ("Snakefile", "workflow_config.yaml", "rules/lesions.smk"):
        os.utime(finished.folder / part)
    assert finished.stale() == {}


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("nn_modularity/datasets/generators.py", EVERYTHING),
        ("nn_modularity/training/pruning.py", AFTER_PRUNING),
        ("nn_modularity/clustering/kmeans.py", CLUSTERED),
        ("nn_modularity/clustering/null_models.py", SHUFFLED),
        ("nn_modularity/lesions/subjects.py", LESIONED),
        ("nn_modularity/lesions/single.py", LESIONED - {"double_lesion_network"}),
        ("nn_modularity/lesions/pairs.py", DOUBLE_LESIONED),
        ("nn_modularity/figures/lesion_swarm.py", {"plot_lesion_swarm"}),
        ("nn_modularity/figures/learning_curve.py", {"plot_learning_curve"}),
        ("nn_modularity/figures/parts/swarms.py", {"plot_lesion_swarm"}),
        ("nn_modularity/figures/parts/style.py", DRAWN),
        ("draw_figure.py", DRAWN),
        ("train.py", AFTER_TRAINING - {"record_checkpoints", *CURVES}),
        ("nn_modularity/study/study.py", set()),
    ],
)
def test_edited_code_reruns_its_stages_and_what_follows(finished, code, rules):
    with finished.edited(f"scripts/{code}"):
        stale = finished.stale()
    assert set(stale) == rules


@pytest.mark.parametrize("file", ["__init__.py", "files.py", "clustering/spectral.py"])
def test_what_means_the_same_reruns_nothing(finished, file):
    with finished.reworded(f"scripts/nn_modularity/{file}"):
        assert finished.stale() == {}


@pytest.mark.parametrize(
    ("overlay", "rules"),
    [
        ("seed: 5", EVERYTHING | {"adopt_dataset", "import_network"}),
        ("datasets: {line: {n_test: 90}, random: {n_test: 90}}", EVERYTHING),
        ("training: {epochs: 3}", AFTER_TRAINING),
        ("networks: {mlp: {hidden: [12, 12]}}", AFTER_TRAINING),
        ("training: {sparsity: {final: 0.8}}", AFTER_PRUNING),
        ("n_starts: 3", CLUSTERED),
        ("analyses: {mlp_clustering: {n_shuffles: 8}}", SHUFFLED | {"shuffle_more"}),
        ("analyses: {mlp_lesion: {n_shuffles: 6}}", SINGLE_LESIONED),
        ("analyses: {mlp_lesion: {delta: -0.02, small: 3, ties: ignored}}", CLASSED),
        ("training: {tensorboard: true}", set()),
        ("analyses: {mlp_double_lesion: {n_shuffles: 5}}", DOUBLE_LESIONED),
    ],
)
def test_a_changed_setting_reruns_its_stages_and_what_follows(finished, overlay, rules):
    assert set(finished.stale(overlay=overlay)) == rules


def test_a_setting_of_one_model_leaves_the_others_alone(finished):
    overlay = "models: {RANDOM+DROPOUT: {dropout: 0.4}}"
    assert finished.stale("results/mlp-lesion.xlsx", overlay=overlay) == ONE_MODEL_ANEW


def test_a_new_model_leaves_the_others_alone(finished):
    overlay = (
        "models: {LINE-AGAIN: {dataset: line}}\n"
        "analyses: {mlp_lesion: {models: [LINE, RANDOM+DROPOUT, LINE-AGAIN]}}"
    )
    assert finished.stale("results/mlp-lesion.xlsx", overlay=overlay) == ONE_MODEL_ANEW


def test_one_more_learning_curve_leaves_its_network_alone(finished):
    another = "analyses: {mlp_learning_curve: {curves: [{model: LINE, every: 1}, {model: %s}]}}"
    assert finished.stale(overlay=another % "RANDOM+DROPOUT") == {}
    curve = "results/figures/learning-curve-RANDOM+DROPOUT-every-1.png"
    assert finished.stale(curve, overlay=another % "RANDOM+DROPOUT") == {
        "record_checkpoints": 1,
        "tabulate_learning_curve": 1,
        "plot_learning_curve": 1,
    }


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("LINE/0/unpruned-k4.h5", "cluster_network"),
        ("LINE/1/pruned-k2.h5", "cluster_instances_from_1"),
        ("LINE/1/pruned-k3.h5", "cluster_network"),
        ("LINE/2/pruned-k4.h5", "cluster_network"),
        ("LINE/1/unpruned-k2-layer.h5", "shuffle_instances_from_1"),
        ("LINE/0/unpruned-k4-layer_all_distribution.h5", "shuffle_network"),
        ("LINE/0/pruned-k3-layer.h5", "shuffle_network"),
        ("RANDOM/0/pruned-k4-layer.h5", "shuffle_network"),
    ],
)
def test_jobs_are_shared_only_where_the_stability_analysis_asks_for_all(fresh, path, rule):
    rules = fresh.stale(f"results/clustering/{path}")
    assert rules[rule] == 1
    assert set(rules) <= {rule, "prune", "train", "generate_dataset"}


def test_a_table_asks_for_no_shuffles_but_its_own(finished, fresh):
    longer = "analyses: {mlp_clustering_stability: {n_shuffles: 9}}"
    assert finished.stale("results/mlp-clustering.csv", overlay=longer) == {}
    rules = fresh.stale("results/mlp-clustering-stability-K2.csv", overlay=longer)
    assert rules["shuffle_instances_from_1"] == rules["cluster_instances_from_1"] == 4
    assert rules["shuffle_network"] == 8
    assert "shuffle_more" not in rules
    rules = finished.stale("results/mlp-clustering-stability.csv", overlay=longer)
    assert set(rules) == {"shuffle_more", "shuffle_network", *SHARED, "tabulate_stability"}


def test_another_number_of_clusters_adds_its_own_and_hides_nothing(finished):
    another = "analyses: {mlp_clustering_stability: {n_clusters: [2, 3]}}"
    table = "results/mlp-clustering-stability%s.csv"
    both = [table % "", table % "-K2"]
    assert finished.stale(*both, overlay=another) == {}
    assert set(finished.stale(table % "-K3", overlay=another)) == {
        "cluster_network",
        "cluster_instances_from_1",
        "shuffle_network",
        *SHARED,
        "tabulate_stability",
    }
    changed = finished.stale(*both, overlay=f"n_starts: 3\n{another}")
    assert changed["shuffle_instances_from_1"] == 2 * 5  # two K of five networks
    assert changed["tabulate_stability"] == 2


def test_one_more_instance_adds_its_own(finished):
    ten = "analyses: {mlp_clustering_stability: {models: [LINE], instances: %d}}"
    rules = finished.stale("results/mlp-clustering-stability.csv", overlay=ten % 12)
    assert rules["cluster_instances_from_10"] == rules["shuffle_instances_from_10"] == 2


def test_a_network_made_anew_from_the_same_data_leaves_what_follows_alone(finished):
    # What is downstream has the content that it was made from: nobody has to make it again.
    network = "results/models/LINE/0/pruned.h5"
    before = finished.checksums()
    (finished.folder / network).unlink()
    assert finished.stale() == {}
    assert finished.stale(network) == {"prune": 1}
    finished.make(network)
    assert finished.checksums() == before
    assert finished.stale() == {}


def test_a_deleted_result_alone_is_made_again(finished):
    with finished.without("results/mlp-lesion.xlsx"):
        assert finished.stale() == {"write_lesion_spreadsheet": 1}
    with finished.without("results/lesion/LINE.csv"):
        assert finished.stale("results/lesion/LINE.csv") == {"tabulate_lesions": 1}


def test_where_a_published_dataset_is_looked_for_makes_nothing_again(fresh):
    subset = "datasets: {mnist: {sources: [raw, embedded]}}"
    fresh.make("data/mnist.h5", overlay=subset)
    for more in ("mirrors: ['http://localhost/mnist']", "timeout: 9.0", "torchvision: nowhere"):
        overlay = f"datasets: {{mnist: {{sources: [raw, keras, embedded], {more}}}}}"
        assert fresh.stale("data/mnist.h5", overlay=overlay) == {}
    assert fresh.stale("data/mnist.h5", overlay=f"seed: 5\n{subset}") == {"prepare_dataset": 1}
    assert fresh.stale("data/mnist.h5") == {"prepare_dataset": 1}
    (fresh.folder / "data/raw/mnist").mkdir(parents=True)
    (fresh.folder / "data/raw/mnist/mnist.npz").touch()
    assert fresh.stale("data/mnist.h5", overlay=subset) == {"prepare_dataset": 1}
