"""Whole runs: the same bits whatever happens on the way, and errors that say what to do."""

import json
import re
import signal
import subprocess
import time
from dataclasses import replace

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from openpyxl import load_workbook
from PIL import Image

from nn_modularity import files
from nn_modularity.clustering.results import Clusters
from nn_modularity.figures import learning_curve, lesion_swarm
from nn_modularity.figures.parts import style
from nn_modularity.networks import weights
from onnx_models import node, normal, run, save_model

of_finished_study = pytest.mark.xdist_group("finished")
TABLES = (
    "results/mlp-lesion.xlsx",
    "results/mlp-clustering.csv",
    "results/learning-curve/LINE.csv",
)


@of_finished_study
def test_the_spreadsheet_holds_every_model(finished):
    sheets = load_workbook(finished.folder / "results/mlp-lesion.xlsx").sheetnames
    assert {"summary", "LINE", "RANDOM+DROPOUT", "OWN", "provenance", "columns"} == set(sheets)


@of_finished_study
def test_the_clustering_table_has_a_row_a_model_stage_and_shuffle(finished):
    table = pd.read_csv(finished.folder / "results/mlp-clustering.csv")
    assert len(table) == 4 * 1 * 4
    assert not table.duplicated(["model", "is_unpruned", "shuffle_method"]).any()
    assert (table.n_samples == 6).all()


@of_finished_study
def test_every_figure_and_table_of_the_whole_study_is_there(finished):
    of_models = {
        "lesion-lines": ["LINE", "OWN", "OWN-K5"],
        "clustered-network": ["LINE", "MIXED", "OWN"],
        "dependency-graph": ["LINE", "OWN"],
        "random-control": ["LINE", "OWN"],
    }
    figures = {f"{name}-{model}" for name, models in of_models.items() for model in models}
    figures |= {"mlp-violins", "mlp-cohens-d", "paper-comparison", "mlp-null-distributions"}
    pictures = {path.name for path in (finished.folder / "results/figures").iterdir()}
    assert {f"{name}.{ending}" for name in figures for ending in ("png", "svg")} <= pictures
    assert len({name.rpartition(".")[0] for name in pictures}) * 2 == len(pictures)
    for table in ("cnn-clustering", "mlp-clustering-stability-K2"):
        assert len(pd.read_csv(finished.folder / f"results/{table}.csv")) > 0
    assert (finished.folder / "results/clustering-report-OWN.pdf").stat().st_size > 10_000


@of_finished_study
def test_two_instances_are_two_networks(finished):
    networks = [
        weights.read(finished.folder / f"results/models/LINE/{instance}/unpruned.h5")
        for instance in range(2)
    ]
    for first, second in zip(*(network.kernels for network in networks), strict=True):
        assert not np.any(first == second)


@of_finished_study
def test_nothing_of_the_whole_study_is_made_twice(finished):
    assert finished.stale("all") == {}


@of_finished_study
@pytest.mark.parametrize(
    ("name", "module", "inputs", "settings"),
    [
        (
            "lesion-swarm-LINE",
            lesion_swarm,
            {"table": "results/lesion/LINE.csv", "counts": "results/lesion/LINE.h5"},
            {"subject": "LINE, K = 4"},
        ),
        (
            "learning-curve-LINE-every-1",
            learning_curve,
            {"table": "results/learning-curve/LINE.csv"},
            {"subject": "LINE, K = 4", "every": 1, "training_epochs": 2},
        ),
    ],
)
def test_a_figure_is_what_its_own_module_draws(finished, tmp_path, name, module, inputs, settings):
    inputs = {"data": "data/line.h5", **inputs}
    shown = module.read({key: finished.folder / path for key, path in inputs.items()}, **settings)
    figure = module.draw(shown)
    style.note_incomplete(figure, shown.data_complete)
    style.save(figure, tmp_path / f"{name}.png", tmp_path / f"{name}.svg")
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (finished.folder / "results/figures" / path.name).read_bytes()


@of_finished_study
def test_every_job_leaves_its_log(finished):
    logs, benchmarks = (
        {path.relative_to(folder).with_suffix("") for path in folder.rglob("*") if path.is_file()}
        for folder in (finished.folder / "logs", finished.folder / "benchmarks")
    )
    assert logs == benchmarks
    assert len(logs) > 100


@of_finished_study
def test_a_killed_run_ends_in_the_same_bits(finished, again):
    """Killed in training and in shuffling, ended on another number of cores."""
    for file in ("results/models/*/0/unpruned.h5", "results/clustering/*/0/*-layer*.h5"):
        again.kill_when(file, *TABLES)
        again.make(options=["--unlock"])
    again.make(*TABLES, cores=1)
    ours, undisturbed = again.checksums(), finished.checksums()
    assert set(TABLES) <= set(ours)
    # Nothing half-made is left, and what is made is the same.
    assert ours == {path: undisturbed.get(path) for path in ours}


def test_a_run_tells_its_jobs_line_by_line_and_ends_at_once_when_asked(fresh):
    said = fresh.kill_when("logs/train/LINE/0.log", "results/lesion/LINE.csv", by=signal.SIGINT)
    assert re.search(r"^\d\d:\d\d generate_dataset/line done in \d+ s; 1 of \d+$", said, re.M)
    assert re.search(r"^\d\d:\d\d train/LINE/0 …$", said, re.M)
    assert "interrupted; the same command goes on where it stopped\n" in said
    for noise in ("Traceback", "Error in rule", "Select jobs", "\r", "failed"):
        assert noise not in said


@of_finished_study
def test_the_notebook_reads_results_and_draws_three_figures(finished):
    notebook = nbformat.read(finished.folder / "notebooks/explore.ipynb", as_version=4)
    (settings,) = (cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    settings.source = 'study, model, stage, k = "..", "LINE", "pruned", 4'
    folder = {"metadata": {"path": str(finished.folder / "notebooks")}}
    NotebookClient(notebook, timeout=300, resources=folder).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    found = Clusters.read(finished.folder / "results/clustering/LINE/0/pruned-k4.h5").ncut
    assert re.findall(r"N-cut (.*)", said) == [
        f"{found:.4f}, computed here {found:.4f}",
        f"{found:.4f}",
    ]
    assert not any(output.output_type == "error" for output in outputs)


def test_a_run_that_is_terminated_while_it_plans_gives_its_lock_back(fresh):
    process = subprocess.Popen(fresh.command("results/mlp-lesion.xlsx"), cwd=fresh.folder)
    locks = fresh.folder / ".snakemake/locks"
    while not any(locks.glob("*.output.lock")):
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) != 0
    assert not any(locks.glob("*"))


@of_finished_study
def test_a_network_of_ones_own_goes_through_the_study(finished):
    network = weights.read(finished.folder / "results/models/LINE/0/pruned.h5")
    own = weights.Network(network.input_shape, network.layers)
    weights.write(finished.folder / "taken.h5", own)
    overlay = (
        "models: {TAKEN: {dataset: line, files: {pruned: taken.h5}}}\n"
        "analyses: {mlp_lesion: {models: [TAKEN], n_clusters: [3]}}"
    )
    before = finished.checksums()
    finished.make(
        "results/lesion/TAKEN.csv",
        "results/mlp-lesion-K3.xlsx",
        "results/figures/clustered-network-TAKEN.png",
        overlay=overlay,
    )
    of_own, of_line = (
        pd.read_csv(finished.folder / f"results/lesion/{model}.csv") for model in ("TAKEN", "LINE")
    )
    # The same network is as right and as large; the clustering's seed is the model's own.
    assert of_own.intact.equals(of_line.intact)
    sizes = [table.groupby("layer").n_layer_label.sum() for table in (of_own, of_line)]
    pd.testing.assert_series_equal(*sizes)
    after = finished.checksums()
    assert before == {path: after[path] for path in before}


def onnx_mlp(path):
    nodes = [
        node("Flatten", "x", "f"),
        node("Gemm", "f w b", "h"),
        node("Relu", "h", "r"),
        node("MatMul", "r v", "y"),
    ]
    return save_model(
        path, nodes, {"w": normal(784, 8), "b": normal(8), "v": normal(8, 10)}, (1, 28, 28)
    )


def onnx_with_a_skip(path):
    nodes = [
        node("Conv", "x w", "a", strides=[3, 3]),
        node("Relu", "a", "b"),
        node("Conv", "b v", "c", pads=[1, 1, 1, 1]),
        node("Add", "b c", "d"),
        node("GlobalAveragePool", "d", "e"),
        node("Flatten", "e", "f"),
        node("Gemm", "f u", "y"),
    ]
    constants = {"w": normal(6, 1, 3, 3), "v": normal(6, 6, 3, 3), "u": normal(6, 10)}
    return save_model(path, nodes, constants, (1, 28, 28))


@of_finished_study
def test_networks_of_other_frameworks_go_through_the_study(finished):
    mlp = onnx_mlp(finished.folder / "mlp.onnx")
    onnx_with_a_skip(finished.folder / "skip.onnx")
    overlay = (
        "models:\n"
        "  ONNX-MLP: {dataset: line, files: {pruned: mlp.onnx}}\n"
        "  ONNX-SKIP: {dataset: line, files: {pruned: skip.onnx}, units: channels}\n"
        "analyses: {mlp_lesion: {models: [ONNX-MLP]}}"
    )
    finished.make(
        "results/lesion/ONNX-MLP.csv",
        "results/clustering/ONNX-SKIP/0/pruned-k4.h5",
        "results/clustering/ONNX-SKIP/0/pruned-k4-layer.h5",
        overlay=overlay,
    )
    data = files.read_arrays(finished.folder / "data/line.h5", "X_test", "y_test")
    scores = run(mlp, np.float32(data["X_test"][:, None] / 255))
    lesions = pd.read_csv(finished.folder / "results/lesion/ONNX-MLP.csv")
    assert lesions.intact[0] == pytest.approx(np.mean(scores.argmax(axis=1) == data["y_test"]))
    clustering = finished.folder / "results/clustering/ONNX-SKIP/0"
    widths = files.read_arrays(clustering / "pruned-k4.h5", "widths")["widths"]
    assert widths.tolist() == [1, 6, 6, 10]
    assert len(files.read_arrays(clustering / "pruned-k4-layer.h5", "ncuts")["ncuts"]) == 6
    log = (finished.folder / "logs/import_network/ONNX-SKIP/0/pruned.log").read_text()
    assert "outputs differ from those of ONNX Runtime by" in log


def test_own_tables_and_images_go_from_their_files_to_lesions(fresh):
    generator = np.random.default_rng(0)
    features = generator.normal(size=(90, 4))
    kinds = np.array(["setosa", "versicolor", "virginica"])[
        np.digitize(features[:, 0], [-0.4, 0.4])
    ]
    table = pd.DataFrame(features, columns=["sl", "sw", "pl", "pw"]).assign(species=kinds)
    table.to_csv(fresh.folder / "irises.csv", index=False)
    for kind in ("dark", "light"):
        (fresh.folder / "shades" / kind).mkdir(parents=True)
        for number in range(30):
            pixels = generator.integers(0, 128, (7, 9, 3), dtype=np.uint8) + 127 * (kind == "light")
            image = Image.fromarray(pixels.astype(np.uint8))
            image.save(fresh.folder / "shades" / kind / f"{number}.png")
    overlay = """
        datasets:
          irises: {kind: own, file: irises.csv, target: species}
          shades: {kind: own, file: shades, shape: [5, 6, 3]}
        models: {IRISES: {dataset: irises, epochs: 30}, SHADES: {dataset: shades}}
        analyses: {mlp_lesion: {models: [IRISES, SHADES]}}
    """
    fresh.make("results/mlp-lesion.xlsx", overlay=overlay)
    for model, n_classes in (("IRISES", 3), ("SHADES", 2)):
        table = pd.read_csv(fresh.folder / f"results/lesion/{model}.csv")
        assert f"acc_{n_classes - 1}" in table
        assert f"acc_{n_classes}" not in table
        network = weights.read(fresh.folder / f"results/models/{model}/0/pruned.h5")
        assert table.intact.iloc[0] == pytest.approx(network.attributes["test_acc"])
    (fresh.folder / "shades" / "dark" / "more.png").write_bytes(
        (fresh.folder / "shades" / "light" / "0.png").read_bytes()
    )
    assert fresh.stale("results/lesion/SHADES.csv", overlay=overlay)["adopt_dataset"] == 1
    assert fresh.stale("results/lesion/IRISES.csv", overlay=overlay) == {}


def test_a_network_and_its_data_on_the_command_line_are_enough(fresh):
    onnx_with_a_skip(fresh.folder / "skip net.onnx")
    generator = np.random.default_rng(0)
    X, y = generator.integers(0, 256, (40, 1, 28, 28), np.uint8), np.arange(40) % 10
    np.savez(fresh.folder / "mine.npz", X=X, y=y)
    given = ["--config", "network=skip net.onnx", "data=mine.npz"]
    few = "analyses: {network_pages: {n_clusters: [2], n_shuffles: 5, n_lesion_shuffles: 4}}"
    done = fresh.run("my_network", options=given, overlay=few)
    assert done.returncode == 0, done.stdout
    table = pd.read_csv(fresh.folder / "results/networks/skip-net.csv")
    assert list(table.K) == [2, 2, 4, 4]
    assert (table.ncut_bound <= table.ncut).all()
    assert set(table.n_units) == {784 + 2 * 6 * 81 + 10}
    pictures = {path.name for path in (fresh.folder / "results/figures").iterdir()}
    for name in ("clustered-network", "cluster-graph", "eigenvalues"):
        assert f"{name}-skip-net.png" in pictures
    assert "results/networks/skip-net.html" in done.stdout
    page = (fresh.folder / "results/networks/skip-net.html").read_text()
    assert f"N-cut {table.ncut.iloc[-1]:.4f} at K = 4" in page
    lesions = pd.read_csv(fresh.folder / "results/lesion/skip-net.csv")
    assert "What lesions do" in page
    assert lesions.layer.between(1, 2).all()
    done = fresh.run("my_network")
    assert done.returncode != 0
    assert "my_network: which network? Name its file" in done.stdout
    given = ["--config", "network=skip net.onnx"]
    assert "prepare_dataset" not in fresh.run("my_network", options=[*given, "-n"]).stdout


@of_finished_study
@pytest.mark.parametrize("key", ["test_acc", "expected_accuracy"])
def test_a_network_that_does_worse_than_it_should_is_refused(finished, key):
    network = weights.read(finished.folder / "results/models/LINE/0/pruned.h5")
    found = network.attributes["test_acc"]
    stated = {key: found / 2 + 0.5}
    if key == "test_acc":
        network = replace(network, attributes=network.attributes | stated)
    weights.write(finished.folder / f"{key}.h5", network)
    model = {"dataset": "line", "files": {"pruned": f"{key}.h5"}}
    if key == "expected_accuracy":
        model |= stated
    overlay = json.dumps({"models": {"BETTER": model}})
    done = finished.run("results/models/BETTER/0/pruned.h5", overlay=overlay)
    assert done.returncode != 0
    assert f"{key}.h5: found an accuracy of {found:.1%} on the test images" in done.stdout
    assert f"{key} says; is the scaling of its inputs said" in done.stdout


@of_finished_study
def test_a_spoiled_network_of_ones_own_is_named(finished):
    (finished.folder / "spoiled.h5").write_text("<html>")
    overlay = "models: {SPOILED: {dataset: line, files: {pruned: spoiled.h5}}}"
    done = finished.run("results/models/SPOILED/0/pruned.h5", overlay=overlay)
    assert done.returncode != 0
    assert "spoiled.h5: found 6 bytes that are not HDF5" in done.stdout
    assert not (finished.folder / "results/models/SPOILED/0/pruned.h5").exists()


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
    assert sum(line in printed for printed in done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stdout
    assert not (fresh.folder / "results").exists()


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("sed=3", '--config: unknown key "sed"; did you mean "seed"?'),
        ("training={epochs: many}", "--config: training.epochs: found 'many'; "),
    ],
)
def test_a_wrong_setting_on_the_command_line_is_named(fresh, setting, line):
    done = fresh.run("results/lesion/LINE.csv", options=["--config", setting])
    assert done.returncode != 0
    assert line in done.stdout


def test_settings_on_the_command_line_may_be_nested(fresh):
    settings = ["training={epochs: 3, shuffle: false}", "datasets={line: {n_train: 200}}"]
    done = fresh.run("results/lesion/LINE.csv", options=["--dry-run", "--config", *settings])
    assert done.returncode == 0, done.stdout


def test_a_dataset_out_of_reach_says_where_to_put_the_files(fresh):
    overlay = "datasets: {cifar10: {sources: [raw]}}"
    done = fresh.run("data/cifar10.h5", overlay=overlay)
    assert done.returncode != 0
    assert "data/raw/cifar10" in done.stdout
    assert not (fresh.folder / "data/cifar10.h5").exists()
