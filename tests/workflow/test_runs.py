"""Whole runs: the same bits whatever happens on the way, and errors that say what to do."""

import pandas as pd
import pytest
from openpyxl import load_workbook

from nn_modularity import weights


@pytest.mark.xdist_group("finished")
def test_the_spreadsheet_holds_every_model(finished):
    sheets = load_workbook(finished.folder / "results/mlp-lesion.xlsx").sheetnames
    assert {"summary", "LINE", "RANDOM+DROPOUT", "provenance", "columns"} == set(sheets)


@pytest.mark.xdist_group("finished")
def test_the_clustering_table_has_a_row_a_model_stage_and_shuffle(finished):
    table = pd.read_csv(finished.folder / "results/mlp-clustering.csv")
    assert len(table) == 2 * 2 * 4
    assert (table.n_samples == 6).all()


@pytest.mark.xdist_group("finished")
def test_a_killed_run_ends_in_the_same_bits(finished, fresh):
    targets = ["results/lesion/LINE.csv", "results/models/RANDOM+DROPOUT/0/unpruned.h5"]
    fresh.kill_when("results/models/LINE/0/.unpruned*", *targets)
    assert fresh.run(*targets, options=["--unlock"]).returncode == 0
    done = fresh.run(*targets, cores=1)
    assert done.returncode == 0, done.stdout
    again = fresh.checksums()
    assert {"results/models/LINE/0/pruned.h5", "results/lesion/LINE.csv"} <= again.keys()
    assert again.items() <= finished.checksums().items()


@pytest.mark.xdist_group("finished")
def test_a_network_of_ones_own_goes_through_the_study(finished):
    network = weights.read(finished.folder / "results/models/LINE/0/pruned.h5")
    own = weights.Network(network.input_shape, network.layers)
    weights.write(finished.folder / "own-network.h5", own)
    overlay = (
        "models: {OWN: {dataset: line, files: {pruned: own-network.h5}}}\n"
        "analyses: {mlp_lesion: {models: [OWN]}, mlp_clustering: {models: [OWN]}}"
    )
    tables = ["results/lesion/OWN.csv", "results/mlp-lesion-K5.xlsx"]
    figure = "results/figures/clustered-network-OWN.png"
    before = (finished.folder / "results/mlp-lesion.xlsx").read_bytes()
    done = finished.run(*tables, figure, overlay=overlay)
    assert done.returncode == 0, done.stdout
    of_own, of_line = (
        pd.read_csv(finished.folder / f"results/lesion/{model}.csv") for model in ("OWN", "LINE")
    )
    assert of_own.intact.equals(of_line.intact)
    assert (finished.folder / "results/mlp-lesion.xlsx").read_bytes() == before
    for path in finished.folder.glob("results/**/*OWN*"):
        if path.is_file():
            path.unlink()


@pytest.mark.parametrize(
    ("overlay", "line"),
    [
        ("training: {epocs: 3}", 'training: unknown key "epocs"; did you mean "epochs"?'),
        (
            "models: {LINE: {dataset: lien}}",
            'models.LINE: unknown dataset "lien"; did you mean "line"?',
        ),
        (
            "analyses: {mlp_lesion: {models: [LINE+DROPUOT]}}",
            'analyses.mlp_lesion: unknown model "LINE+DROPUOT"; did you mean "LINE+DROPOUT"?',
        ),
        ("training: {sparsity: {final: 1.0}}", "training.sparsity.final: found 1.0; "),
        ("analyses: {mlp_lesion: {k: 1}}", "analyses.mlp_lesion.k: found 1; "),
        ("seed: many", "seed: found 'many'; "),
    ],
)
def test_a_wrong_setting_is_named_before_anything_runs(fresh, overlay, line):
    done = fresh.run("results/lesion/LINE.csv", overlay=overlay)
    assert done.returncode != 0
    assert line in done.stdout
    assert not (fresh.folder / "results").exists()


def test_a_dataset_out_of_reach_says_where_to_put_the_files(fresh):
    overlay = "datasets: {cifar10: {sources: [raw]}}"
    done = fresh.run("data/cifar10.h5", overlay=overlay)
    assert done.returncode != 0
    assert "data/raw/cifar10" in done.stdout
    assert not (fresh.folder / "data/cifar10.h5").exists()
