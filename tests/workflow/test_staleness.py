"""Which rules run again after which change."""

import os

import pytest

pytestmark = pytest.mark.xdist_group("finished")

LESION_RESULTS = {
    "lesion_network",
    "lesion_control",
    "double_lesion_network",
    "tabulate_double_lesions",
    "write_lesion_spreadsheet",
    "write_double_lesion_spreadsheet",
    "plot_lesion_swarm",
}
CLUSTERING_RESULTS = {"cluster_network", "shuffle_network", "tabulate_clustering", "permute_labels"}
CURVE_RESULTS = {"tabulate_learning_curve", "plot_learning_curve"}
PRUNED = {"prune", "prune_with_checkpoints"}
TRAINED = {"train", "train_with_checkpoints"}
AFTER_PRUNING = PRUNED | CLUSTERING_RESULTS | LESION_RESULTS | CURVE_RESULTS
AFTER_TRAINING = TRAINED | AFTER_PRUNING
EVERYTHING = AFTER_TRAINING | {"generate_dataset"}


def test_a_finished_study_has_nothing_to_do(finished):
    assert finished.stale() == set()


@pytest.mark.parametrize("name", ["lesion", "training", "config"])
def test_a_touched_module_reruns_nothing(finished, name):
    os.utime(finished.folder / f"scripts/nn_modularity/{name}.py")
    assert finished.stale() == set()


@pytest.mark.parametrize(
    ("module", "rules"),
    [
        ("lesion.py", {"lesion_network", "lesion_control", "double_lesion_network"}),
        ("double_lesion.py", {"double_lesion_network"}),
        ("pruning.py", PRUNED),
        ("kmeans.py", {"cluster_network", "shuffle_network", "tabulate_learning_curve"}),
        ("null_models.py", {"shuffle_network"}),
        ("generators.py", {"generate_dataset"}),
        ("figures/curves.py", {"plot_learning_curve"}),
        ("config.py", set()),
    ],
)
def test_an_edited_module_reruns_its_stages_and_what_follows(finished, module, rules):
    file = finished.folder / "scripts/nn_modularity" / module
    before = file.read_text()
    try:
        file.write_text(f"{before}\n# edited\n")
        stale = finished.stale()
    finally:
        file.write_text(before)
    assert rules <= stale
    earlier = {"generate_dataset"}, TRAINED, PRUNED
    for stage in earlier:
        if not stage & rules and not any(stage_before & rules for stage_before in earlier):
            assert not stage & stale
    if not rules:
        assert stale == set()


@pytest.mark.parametrize(
    ("overlay", "rules"),
    [
        ("seed: 5", EVERYTHING),
        ("datasets: {line: {n_test: 90}, random: {n_test: 90}}", EVERYTHING),
        ("training: {epochs: 3}", AFTER_TRAINING),
        ("networks: {mlp: {hidden: [12, 12]}}", AFTER_TRAINING),
        ("training: {sparsity: {final: 0.8}}", AFTER_PRUNING),
        ("training: {pruning_epochs: 3}", AFTER_PRUNING),
        ("analyses: {mlp_clustering: {n_shuffles: 8}}", {"shuffle_network", "tabulate_clustering"}),
        (
            "analyses: {mlp_double_lesion: {n_shuffles: 5}}",
            {"double_lesion_network", "tabulate_double_lesions", "write_double_lesion_spreadsheet"},
        ),
        (
            "analyses: {mlp_lesion: {n_shuffles: 6}}",
            LESION_RESULTS - {"double_lesion_network"},
        ),
    ],
)
def test_a_changed_setting_reruns_its_stages_and_what_follows(finished, overlay, rules):
    assert finished.stale(overlay=overlay) == rules


def test_a_new_model_leaves_the_others_alone(finished):
    overlay = (
        "models: {LINE-AGAIN: {dataset: line}}\n"
        "analyses: {mlp_lesion: {models: [LINE, RANDOM+DROPOUT, LINE-AGAIN]}}"
    )
    stale = finished.stale("results/mlp-lesion.xlsx", overlay=overlay)
    assert stale == {
        "train",
        "prune",
        "cluster_network",
        "lesion_network",
        "write_lesion_spreadsheet",
    }


def test_a_deleted_file_alone_is_made_again(finished):
    table = finished.folder / "results/lesion/LINE.csv"
    kept = table.with_suffix(".kept")
    table.rename(kept)
    try:
        stale = finished.stale("results/lesion/LINE.csv")
    finally:
        kept.rename(table)
    assert stale == {"lesion_network"}
