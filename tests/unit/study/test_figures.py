"""The table of figures: every row is a module, a caption, and what its module reads."""

from importlib.util import find_spec
from types import SimpleNamespace

import jinja2
import pytest

import whole_study
from whole_study import PROJECT

FIGURES = whole_study.stages().figures
ROWS = {figure.name: figure for figure in FIGURES.table}


def asked(name):
    """Wildcards of the first figure of a row that the study asks for."""
    return whole_study.wildcards(**ROWS[name].asked[0])


def settings(name):
    found = ROWS[name].settings
    return found(asked(name)) if callable(found) else found


def test_every_figure_stands_in_one_row_and_has_files_of_its_own():
    assert len(ROWS) == len(FIGURES.table) == 25
    assert len({figure.file("png") for figure in ROWS.values()}) == len(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_its_module(name):
    assert find_spec(ROWS[name].module) is not None


@pytest.mark.parametrize("name", ROWS)
def test_a_caption_says_only_what_its_row_knows(name):
    text = (PROJECT / "rules" / ROWS[name].caption).read_text()
    params = SimpleNamespace(settings=settings(name))
    job = SimpleNamespace(wildcards=asked(name), params=params)
    template = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(text)
    assert "**" in template.render(snakemake=job)


def test_files_carry_their_wildcards():
    assert ROWS["lesion-swarm"].file("png") == "results/figures/lesion-swarm-{model}{k_suffix}.png"
    assert ROWS["lesion-swarm"].record == "plot_lesion_swarm/{model}{k_suffix}"
    assert ROWS["mlp-violins"].file("svg") == "results/figures/mlp-violins.svg"
    assert ROWS["mlp-violins"].record == "plot_mlp_violins"


def test_a_target_stands_for_both_files_of_every_model_and_k():
    lesion = FIGURES.lesions.by_kind["mlp"]
    found = FIGURES.files("mlp_lesion")
    assert len(found) == len(set(found)) == 2 * 4 * len(lesion.models) * len(lesion.every_k)
    assert {
        "results/figures/lesion-lines-MNIST+DROPOUT.png",
        "results/figures/submodule-scatter-MNIST-K10.svg",
    } <= set(found)


def test_every_figure_belongs_to_a_target_rule():
    rules = "".join((PROJECT / part).read_text() for part in ("Snakefile", "rules/targets.smk"))
    for figure in ROWS.values():
        assert f'FIGURES.files("{figure.target}")' in rules


def test_the_null_distributions_are_those_of_two_datasets_in_the_last_stage():
    networks = settings("mlp-null-distributions")["networks"]
    assert [(network["model"], network["stage"]) for network in networks] == [
        ("MNIST", "pruned"),
        ("MNIST+DROPOUT", "pruned"),
        ("FASHION", "pruned"),
        ("FASHION+DROPOUT", "pruned"),
    ]
    assert [network["dropout"] > 0 for network in networks] == [False, True, False, True]
    assert len(ROWS["mlp-null-distributions"].inputs["layer_nonzero"]) == len(networks)


def test_a_network_that_exists_unpruned_alone_is_shown_as_that():
    figures = whole_study.stages(
        "models: {OWN: {dataset: mnist, files: {unpruned: own.h5}}}\n"
        "analyses: {mlp_clustering: {models: [OWN]}}"
    ).figures
    rows = {figure.name: figure for figure in figures.table}
    shown = rows["mlp-null-distributions"].settings["networks"]
    assert [network["stage"] for network in shown] == ["unpruned"]
    drawn = whole_study.wildcards(model="OWN")
    assert rows["clustered-network"].settings(drawn)["stages"] == ["unpruned"]
    assert figures.networks(drawn) == ["results/models/OWN/0/unpruned.h5"]
