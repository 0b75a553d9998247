"""Studies that share no file, and what a command that can't be carried out is told."""

import pytest

LINE = "data/line.h5"


def test_the_offline_study_lies_in_a_folder_of_its_own_and_overlays_add_to_it(fresh):
    offline = ["--profile", "profiles/offline"]
    done = fresh.run(LINE, options=offline, overlay="datasets: {line: {n_train: 200}}")
    assert done.returncode == 0, done.stdout
    assert (fresh.folder / "studies/offline" / LINE).is_file()
    assert not (fresh.folder / LINE).exists()
    told = fresh.run("data/fashion.h5", options=[*offline, "--dry-run"], overlay="seed: 3")
    assert told.returncode == 0, told.stdout
    # MNIST comes from a package there, which the whole study doesn't allow.
    mnist = fresh.run("data/mnist.h5", options=offline, overlay="seed: 3")
    assert mnist.returncode == 0, mnist.stdout


def test_a_folder_with_a_study_of_its_own_is_a_study(fresh):
    folder = fresh.folder / "studies/mine"
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text("datasets: {mine: {kind: generated, generator: line}}\n")
    done = fresh.run("data/mine.h5", options=["--directory", "studies/mine", "--dry-run"])
    assert done.returncode == 0, done.stdout
    assert "nothing makes this" in fresh.run("data/mine.h5").stdout


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("results/mlp-leson.xlsx", "results/mlp-lesion.xlsx"),
        ("mlp_lesions", "mlp_lesion"),
        ("results/figures/lesion-swarm-LINES.png", "results/figures/lesion-swarm-LINE.png"),
    ],
)
def test_a_misspelt_target_is_found_and_mended(fresh, target, meant):
    done = fresh.run(target, options=["--dry-run"])
    assert done.returncode != 0
    assert f'{target}: nothing makes this; did you mean "{meant}"?' in done.stdout


def test_a_failed_run_ends_with_what_failed_and_what_was_made(fresh):
    overlay = "models: {LINE: {n_train: 100000}}"
    done = fresh.run("results/models/LINE/0/unpruned.h5", "data/random.h5", overlay=overlay)
    assert done.returncode != 0
    end = done.stdout.partition("failed: ")[2]
    assert end.startswith("train/LINE/0: data/line.h5: n_train: found 100000, expected at most 300")
    assert "made: 2 × generate_dataset" in end
    assert "the same command goes on where it stopped" in end


def test_a_run_that_replaces_a_finished_dataset_says_so_first(fresh):
    fresh.make(LINE)
    done = fresh.run(LINE, overlay="datasets: {line: {n_train: 200}}")
    assert f"this run replaces {LINE}, made from other" in done.stdout.partition("Execute")[0]


def test_a_finished_run_says_which_file_to_open(fresh):
    picture = "results/figures/random-initialisation.png"
    done = fresh.run("results/random-initialisation.h5", picture)
    assert f"made; open {fresh.folder}/{picture}" in done.stdout
