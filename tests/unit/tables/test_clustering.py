"""Tables of the clustering study, recomputed from the raw HDF5 with plain loops and libraries."""

import dataclasses
import math
from types import SimpleNamespace

import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nn_modularity import files, significance
from nn_modularity.clustering.results import Clusters, NullDistribution
from nn_modularity.errors import StudyError
from nn_modularity.tables import clustering, measurements

PUBLISHED = ["model", "network", "dropout", "is_unpruned", "shuffle_method", "ncut", "ave_in_out"]
PUBLISHED += ["n_samples", "mean", "stdev", "z_score", "percentile"]
PUBLISHED += ["train_acc", "train_loss", "test_acc", "test_loss"]
SHUFFLES = ["layer", "layer_nonzero"]
METRICS = ["train_acc", "train_loss", "test_acc", "test_loss"]
K, N_SHUFFLES, N_INSTANCES = 4, 20, 3


class Paths(dict):
    """Named lists of paths, as Snakemake gives them."""

    __getattr__ = dict.__getitem__


@pytest.fixture
def study(tmp_path):
    """Settings and files of two models, three instances, two stages; N-cuts have ties."""
    generator = np.random.default_rng(7)
    rows, paths = [], Paths(network=[], clustering=[], **{name: [] for name in SHUFFLES})
    for model, dataset, dropout in [("MNIST", "mnist", False), ("LINE+DROPOUT", "line", True)]:
        for stage in ["unpruned", "pruned"]:
            for instance in range(N_INSTANCES):
                place = {"model": model, "stage": stage, "instance": instance}
                rows.append({**place, "network": "mlp", "dropout": dropout})
                name = f"{model}-{instance}-{stage}"
                metrics = {metric: generator.random() for metric in METRICS}
                _write(tmp_path / f"{name}.h5", {}, {**place, **metrics})
                ncut = 2 + generator.integers(3) / 10
                clusters = Clusters(np.zeros(2, int), (1, 1), ncut, np.zeros(4), dataset == "line")
                clusters.write(tmp_path / f"{name}-k4.h5")
                paths["network"].append(tmp_path / f"{name}.h5")
                paths["clustering"].append(tmp_path / f"{name}-k4.h5")
                for shuffle in SHUFFLES:
                    # More than the analysis asks for; in tenths, so that ties occur.
                    ncuts = 2 + generator.integers(-2, 6, N_SHUFFLES + 5) / 10
                    NullDistribution(ncuts).write(tmp_path / f"{name}-{shuffle}.h5")
                    paths[shuffle].append(tmp_path / f"{name}-{shuffle}.h5")
    settings = {"networks": rows, "k": K, "shuffles": SHUFFLES, "n_shuffles": N_SHUFFLES}
    return SimpleNamespace(settings=settings, paths=paths)


@pytest.fixture
def networks(study):
    return measurements.read_all(study.settings, study.paths)


def test_clustering_table_has_the_published_columns_first(networks):
    table = clustering.clustering(networks)
    assert list(table)[: len(PUBLISHED)] == PUBLISHED
    assert len(table) == len(networks) * len(SHUFFLES)


def test_clustering_table_equals_values_recomputed_from_the_files(study, networks):
    table = clustering.clustering(networks)
    number = 0
    for i, row in enumerate(study.settings["networks"]):
        with h5py.File(study.paths.clustering[i]) as file:
            ncut = float(file["ncut"][()])
        with h5py.File(study.paths.network[i]) as file:
            metrics = {name: file.attrs[name] for name in METRICS}
        for shuffle in SHUFFLES:
            with h5py.File(study.paths[shuffle][i]) as file:
                null = [float(value) for value in file["ncuts"][:N_SHUFFLES]]
            found = table.iloc[number]
            number += 1
            mean = sum(null) / N_SHUFFLES
            stdev = math.sqrt(sum((value - mean) ** 2 for value in null) / (N_SHUFFLES - 1))
            smaller = sum(value < ncut for value in null)
            at_most = sum(value <= ncut for value in null)
            low, high = stats.binomtest(at_most, N_SHUFFLES).proportion_ci(0.95, method="exact")
            assert found["model"] == row["model"]
            assert found["is_unpruned"] == (row["stage"] == "unpruned")
            assert found["shuffle_method"] == shuffle
            assert found["n_samples"] == N_SHUFFLES
            expected = {
                **metrics,
                "ncut": ncut,
                "ave_in_out": (1 - ncut / K) / (2 * ncut / K),
                "mean": mean,
                "stdev": stdev,
                "z_score": (ncut - mean) / stdev,
                "percentile": (smaller + 1) / (N_SHUFFLES + 1),
                "pvalue": (at_most + 1) / (N_SHUFFLES + 1),
                "pvalue_low": low,
                "pvalue_high": high,
            }
            for name, value in expected.items():
                assert found[name] == pytest.approx(value), name
    assert number == len(table)


def test_p_values_are_corrected_over_the_whole_table(networks):
    table = clustering.clustering(networks)
    expected = stats.false_discovery_control(table["pvalue"])
    np.testing.assert_allclose(table["p_bh"], expected)


def test_incomplete_data_shows_in_every_row_made_from_it(networks):
    for make in (
        clustering.clustering,
        clustering.stability,
        clustering.stability_statistic,
    ):
        table = make(networks)
        assert (table["data_complete"] == (table["model"] != "MNIST")).all()


def test_factors_have_a_row_a_network_and_null_model(networks):
    factor_of = [f"factor {number % 2}" for number in range(len(networks))]
    table = clustering.factors(networks, factor_of, ["task"] * len(networks))
    assert len(table) == len(networks) * len(SHUFFLES)
    for (_, row), number in zip(table.iterrows(), np.arange(len(table)) // 2, strict=True):
        network = networks[number]
        ncuts = network.nulls[row.shuffle_method]
        assert (row.model, row.instance, row.factor) == (
            network.model,
            network.instance,
            factor_of[number],
        )
        assert row.z_score == pytest.approx((row.ncut - ncuts.mean()) / ncuts.std(ddof=1))
        assert row.ncut_bound == 0  # of eigenvalues that are all 0


def test_stability_has_a_row_an_instance_and_stage(study, networks):
    table = clustering.stability(networks)
    assert len(table) == 2 * 2 * N_INSTANCES
    for i, (_, found) in enumerate(table.iterrows()):
        null = {}
        for shuffle in SHUFFLES:
            with h5py.File(study.paths[shuffle][i]) as file:
                null[shuffle] = file["ncuts"][:N_SHUFFLES]
            assert found[f"mean_{shuffle}"] == pytest.approx(np.mean(null[shuffle]))
            assert found[f"stdev_{shuffle}"] == pytest.approx(np.std(null[shuffle], ddof=1))
            smaller = np.sum(null[shuffle] < found["ncut"])
            assert found[f"percentile_{shuffle}"] == pytest.approx((smaller + 1) / 21)
        # Cohen's d of equally large samples: t = d √(n / 2).
        t = stats.ttest_ind(null["layer"], null["layer_nonzero"]).statistic
        assert found["cohens_d"] == pytest.approx(t / math.sqrt(N_SHUFFLES / 2))


@pytest.mark.parametrize(
    ("n_shuffles", "n_below", "is_significant"),
    [(320, 2, True), (320, 3, False), (100, 0, True), (99, 0, False)],  # 1/100 is not below 0.01
)
def test_significant_is_a_p_value_below_the_level(networks, n_shuffles, n_below, is_significant):
    null = np.where(np.arange(n_shuffles) < n_below, 1.0, 3.0)
    network = dataclasses.replace(networks[0], ncut=2.0, nulls={"layer": null})
    assert clustering.stability([network])["is_sig_layer"].item() is is_significant
    assert clustering.stability_statistic([network])["n_sig_layer"].item() == is_significant


def test_statistic_summarises_the_instances_of_each_model_and_stage(networks):
    instances = clustering.stability(networks)
    table = clustering.stability_statistic(networks)
    assert len(table) == 4
    for _, row in table.iterrows():
        is_own = (instances["model"] == row["model"]) & (
            instances["is_unpruned"] == row["is_unpruned"]
        )
        own = instances[is_own]
        assert row["n_models"] == N_INSTANCES
        assert row["ncut_mean"] == pytest.approx(np.mean(own["ncut"]))
        assert row["ncut_std"] == pytest.approx(np.std(own["ncut"], ddof=1))
        assert (row["ncut_min"], row["ncut_max"]) == (own["ncut"].min(), own["ncut"].max())
        assert row["cohens_d_mean"] == pytest.approx(np.mean(own["cohens_d"]))
        pooled = np.concatenate(
            [network.nulls["layer"] for network, mine in zip(networks, is_own, strict=True) if mine]
        )
        assert row["shuffled_overall_std_layer"] == pytest.approx(np.std(pooled, ddof=1))
        assert row["n_sig_layer"] == sum(own["percentile_layer"] < clustering.LEVEL)


def test_the_first_shuffles_are_taken_where_a_file_holds_more(study):
    path = study.paths.layer[0]
    with h5py.File(path) as file:
        everything = file["ncuts"][()]
    np.testing.assert_array_equal(measurements.read_null(path, 3), everything[:3])


def test_too_few_shuffles_are_an_error_that_names_the_file(study):
    path = study.paths.layer[0]
    with pytest.raises(StudyError, match=f"{path.name}: found 25 shuffles, expected at least 26"):
        measurements.read_null(path, 26)


def test_a_network_from_elsewhere_may_have_no_metrics(study):
    _write(study.paths.network[0], {}, {"test_acc": 0.5})
    found = measurements.read_all(study.settings, study.paths)[0].metrics
    assert list(found) == METRICS
    assert found["test_acc"] == 0.5
    assert math.isnan(found["train_loss"])


def test_average_in_out_ratio_of_no_better_than_random_clusters():
    # Half of every cluster's edge ends outside: n = K / 2.
    assert clustering.average_in_out(2.0, 4) == pytest.approx(0.5)
    # arXiv 2003.04881's MNIST instance 0 at K = 2.
    assert clustering.average_in_out(0.329965, 2) == pytest.approx(2.530629, abs=1e-5)


def test_clusters_that_no_edge_joins_have_no_in_out_ratio():
    assert np.isnan(clustering.average_in_out(0.0, 4))


def test_cohens_d_is_antisymmetric_and_free_of_units():
    generator = np.random.default_rng(3)
    first, second = generator.normal(0, 1, 30), generator.normal(0.5, 2, 50)
    d = significance.cohens_d(first, second)
    assert significance.cohens_d(second, first) == pytest.approx(-d)
    assert significance.cohens_d(10 * first + 3, 10 * second + 3) == pytest.approx(d)
    assert math.isnan(significance.cohens_d(np.ones(5), np.ones(5)))


@pytest.mark.parametrize("n_below", [0, 1, 10, 20])
def test_interval_of_a_p_value_is_clopper_and_pearsons(n_below):
    null = np.arange(20.0)
    found = significance.pvalue_interval(null, n_below - 0.5)
    expected = stats.binomtest(n_below, 20).proportion_ci(0.95, "exact")
    assert found == pytest.approx((expected.low, expected.high))


def test_csv_keeps_every_digit(tmp_path):
    values = pd.DataFrame({"x": np.random.default_rng(0).random(50), "tag": "+DROPOUT"})
    files.write_csv(tmp_path / "t.csv", values)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "t.csv"), values, check_exact=True)


def _write(path, arrays, attributes=None):
    files.write_arrays(
        path, {name: np.asarray(array) for name, array in arrays.items()}, attributes
    )
