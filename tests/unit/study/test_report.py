"""What a report has, and what its first page says."""

import docutils.core
import pandas as pd
import pytest

from nn_modularity.study import report

ASKED = ["results/mlp-clustering.csv", "results/figures/a.png", "results/figures/a.svg"]


@pytest.fixture(autouse=True)
def _study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/figures").mkdir(parents=True)


def write_clustering():
    row = {
        "model": "A+DROPOUT*|x",
        "is_unpruned": True,
        "shuffle_method": "layer",
        "ncut": 2.17154,
        "mean": 2.3125,
        "stdev": 0.02,
        "z_score": -6.5,
        "pvalue": 0.005,
        "test_acc": 0.89,
        "data_complete": False,
    }
    other = row | {"shuffle_method": "layer_nonzero"}
    pd.DataFrame([row, other]).to_csv(ASKED[0], index=False)


def test_a_report_is_told_from_a_command_line():
    assert report.is_asked_for(["--cores", "2", "--report", "x.html"])
    assert report.is_asked_for(["--report=x.html"])
    assert not report.is_asked_for(["--report-stylesheet", "x.css", "all"])


def test_a_report_has_what_is_finished_and_each_figure_once(tmp_path):
    for file in ASKED[1:]:
        (tmp_path / file).touch()
    assert report.finished([*ASKED, *ASKED]) == ["results/figures/a.png"]


def test_the_first_page_has_key_numbers_and_what_is_missing():
    write_clustering()
    page = report.front_page("About.", 7, 3, ASKED)
    text = docutils.core.publish_parts(page, writer="html")["html_body"]
    assert "system-message" not in text
    for found in (
        "A+DROPOUT*|x",
        "2.1715",
        "2.3125 ± 0.0200",
        "-6.50",
        "a part",
        "Seed 7, 3 models",
    ):
        assert found in text
    assert text.count("2.1715") == 1
    assert "Not made yet</strong> (1 of 2 files)" in text


def test_without_results_everything_is_missing():
    assert "(2 of 2 files)" in report.front_page("About.", 7, 3, ASKED)
