"""Which networks are clustered and shuffled, how often, and which of them share a job."""

import re

import pytest

from nn_modularity.study import paths
from whole_study import stages, wildcards

SHUFFLES = """
analyses:
  mlp_clustering: {models: [LINE, MNIST], stages: [pruned], n_shuffles: 50}
  mlp_clustering_stability:
    {models: [LINE], instances: 3, n_clusters: [7], shuffles: [layer], n_shuffles: 80}
"""


@pytest.mark.parametrize(
    ("network", "lengths"),
    [
        (("LINE", 0, "pruned", 4, "layer"), [50, 80]),  # both analyses ask
        (("LINE", 2, "pruned", 4, "layer"), [80]),  # stability alone
        (("LINE", 0, "pruned", 7, "layer"), [80]),
        (("LINE", 0, "pruned", 4, "layer_nonzero"), [50]),  # clustering alone
        (("MNIST", 0, "pruned", 4, "layer"), [50]),
        (("FASHION", 5, "pruned", 9, "layer"), [50]),  # asked for by hand
    ],
)
def test_a_network_is_shuffled_as_often_as_each_analysis_asks(network, lengths):
    model, instance, stage, k, shuffle = network
    place = {"model": model, "instance": instance, "stage": stage}
    assert stages(SHUFFLES).clustering.asked(place, k, shuffle) == lengths


def test_a_table_reads_no_more_shuffles_than_it_asks_for():
    own = stages(SHUFFLES)
    analyses = own.study.analyses
    first = [{"model": "LINE", "instance": 0, "stage": "pruned"}]
    start = "results/clustering/LINE/0/pruned-k4-layer"
    nulls = own.clustering.nulls
    assert nulls(first, analyses.mlp_clustering, 4, "layer") == [f"{start}.h5"]
    assert nulls(first, analyses.mlp_clustering_stability, 4, "layer") == [f"{start}-80.h5"]
    place = wildcards(**first[0], k=4, shuffle="layer", n_shuffles=80)
    ((shorter,),) = own.clustering.shuffle(place)
    longer = own.clustering.shuffle_more(place)
    assert (shorter["n_shuffles"], longer["n_shuffles"]) == (50, 80)
    assert shorter["seed_path"] == longer["seed_path"]


def test_instances_that_only_the_stability_analysis_looks_at_are_made_together():
    (together,) = stages().clustering.together
    assert together.instances == tuple(range(1, 10))
    later = stages("analyses: {mlp_clustering_stability: {instances: 12}}").clustering.together
    assert [block.instances for block in later] == [together.instances, (10, 11)]
    assert stages("analyses: {mlp_clustering_stability: {instances: 1}}").clustering.together == []


def test_settings_of_what_is_made_together_stand_in_the_order_of_the_files():
    (together,) = stages().clustering.together
    place = wildcards(model="LINE", stage="pruned", k=7)
    filled = [path.format(model="LINE", stage="pruned", k=7) for path in together.nulls]
    names = ("model", "instance", "stage", "k", "shuffle")
    of_settings = [
        paths.NULLS.format(**dict(zip(names, settings["seed_path"][2:], strict=True)))
        for of_network in together.shuffle(place)
        for settings in of_network
    ]
    assert of_settings == filled
    clusterings = [settings["seed_path"][3] for settings in together.cluster(place)]
    assert clusterings == list(together.instances)


@pytest.mark.parametrize(
    ("path", "is_alone"),
    [
        ("LINE/0/pruned-k4", True),
        ("LINE/3/pruned-k4", False),
        ("LINE/3/unpruned-k10", False),
        ("LINE/3/pruned-k5", True),
        ("LINE/10/pruned-k4", True),
        ("CNN-LINE/3/pruned-k4", True),
    ],
)
def test_no_file_has_two_rules_that_could_make_it(path, is_alone):
    clustering = stages().clustering
    own = f"({clustering.alone})/" + r"\d+/(unpruned|pruned)-k\d+\.h5"
    assert bool(re.fullmatch(own, f"{path}.h5")) == is_alone
    shuffled = f"({clustering.shuffled_alone})/" + r"\d+/(unpruned|pruned)-k\d+-layer\.h5"
    assert bool(re.fullmatch(shuffled, f"{path}-layer.h5")) == is_alone


def test_names_are_alternatives_the_longest_first():
    assert re.fullmatch(paths.one_of(["A", "A+B"]), "A+B")
    assert not re.fullmatch(paths.one_of([]), "")


@pytest.mark.parametrize("k", [4, 10])
def test_a_suffix_says_which_k(k):
    assert paths.k_of(paths.k_suffix(k, 4), 4) == k


def test_cnns_have_stability_tables_of_their_own():
    own = stages(
        "analyses: {cnn_clustering_stability: {models: [CNN-LINE], instances: 2, n_clusters: [7]}}"
    ).tables
    assert own.stability_tables("cnn") == [
        "results/cnn-clustering-stability.csv",
        "results/cnn-clustering-stability-statistic.csv",
        "results/cnn-clustering-stability-K7.csv",
        "results/cnn-clustering-stability-statistic-K7.csv",
    ]
    assert "results/mlp-clustering-stability.csv" in own.stability_tables("mlp")
    inputs = own.stability_inputs(wildcards(kind="cnn", k_suffix="-K7"))
    assert inputs["clustering"] == [
        f"results/clustering/CNN-LINE/{instance}/{stage}-k7.h5"
        for stage in ("unpruned", "pruned")
        for instance in (0, 1)
    ]
    nothing = stages("analyses: {cnn_clustering_stability: {models: []}}").tables
    assert nothing.stability_tables("cnn") == []
