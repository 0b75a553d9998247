"""The Makefile's own verbs: what they list, remove and collect."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

import browsing
from whole_study import changed

PROJECT = Path(__file__).parents[2]


def make(folder, *arguments, typed=""):
    """Run make in a folder that needs no environment made."""
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHON": "true"},
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def project(tmp_path):
    """A folder with the Makefile, and an environment that has but Snakemake."""
    shutil.copy2(PROJECT / "Makefile", tmp_path)
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to("/bin/true")
    snakemake = programs / "snakemake"
    snakemake.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m snakemake "$@"\n')
    snakemake.chmod(0o755)
    return tmp_path


def test_help_is_the_first_verb_and_lists_all(project):
    verbs = re.search(r"^VERBS = ((?:.*\\\n)*.*)$", (project / "Makefile").read_text(), re.M)[1]
    phony = re.search(r"^\.PHONY: (.*)$", (project / "Makefile").read_text(), re.M)[1]
    listed = make(project).stdout
    assert listed == make(project, "help").stdout
    for verb in {*verbs.replace("\\", "").split(), *phony.split()} - {"help", "$(VERBS)"}:
        assert re.search(rf"(^| ){verb}( |$)", listed, re.M), verb


def test_clean_asks_study_by_study_and_leaves_links_alone(project):
    elsewhere = project / "elsewhere"
    made = [project / "results", project / "studies/my study/results", project / "studies/b/logs"]
    for folder in (*made, elsewhere, project / "data", project / "study/results"):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    (project / "studies/b/results").symlink_to(elsewhere)
    assert "Remove these folders" in make(project, "clean").stdout
    assert all(folder.is_dir() for folder in made)
    make(project, "clean", typed="n\ny\ny\n")
    assert [folder.exists() for folder in made] == [True, False, False]
    for kept in (elsewhere, project / "data", project / "study/results"):
        assert (kept / "file").is_file()


@pytest.mark.xdist_group("finished")
def test_the_report_has_key_numbers_and_whatever_is_finished(project, finished, browser):
    for part in ("Snakefile", "workflow_config.yaml", "rules", "scripts", "profiles", "envs"):
        (project / part).symlink_to(finished.folder / part)
    study = project / "studies/a study"
    study.mkdir(parents=True)
    texts = ((finished.folder / overlay).read_text() for overlay in finished.overlays)
    (study / "study.yaml").write_text(yaml.safe_dump(changed(*texts)))
    for part in ("own", "data", "results", ".snakemake"):
        shutil.copytree(finished.folder / part, study / part)
    pictures = {path.name for path in (study / "results/figures").glob("*.png")}
    # What a network that the command line named has left is no figure of the study.
    shutil.copy2(
        study / "results/figures/eigenvalues-LINE.png",
        study / "results/figures/eigenvalues-my-network.png",
    )
    (study / "results/figures/lesion-swarm-LINE.png").unlink()
    done = make(project, "report")
    assert done.returncode == 0, done.stdout
    report = (study / "report.html").read_text()
    assert all(picture in report for picture in pictures - {"lesion-swarm-LINE.png"})
    assert "eigenvalues-my-network" not in report

    tab, trouble = browsing.visit(browser, study / "report.html")
    first = tab.get_by_text("networks are trained on images").locator("xpath=../..").inner_text()
    ncut = pd.read_csv(study / "results/mlp-clustering.csv")["ncut"].iloc[0]
    assert f"{ncut:.4f}" in first
    assert "Not made yet (1 of " in first
    assert "results/figures/lesion-swarm-LINE.png" in first
    for step in ("Single lesions", "LINE, K = 4"):
        tab.get_by_text(step, exact=True).click()
    tab.get_by_text("Profiles", exact=True).locator("xpath=..").locator("a, button").first.click()
    picture = tab.locator("img[src^='data:image/png']").first
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") > 500
    # The style sheet's own remark is no fault of the page.
    assert [line for line in trouble if "cdn.tailwindcss.com should not" not in line] == []
