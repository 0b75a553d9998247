"""Joint and conditional lesions against networks that are damaged and run anew."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings

import damaged_networks as reference
from nn_modularity import pieces
from nn_modularity.lesions import pairs as double_lesion
from nn_modularity.lesions import single as single_lesion
from nn_modularity.lesions import subjects, taxonomy
from nn_modularity.lesions.results import DoubleTest
from nn_modularity.networks import chains
from nn_modularity.networks.labelling import Labelling
from nn_modularity.tables import lesions, pairs

FAST = settings(max_examples=30)


def map_here(function, tasks):
    return [function(task) for task in tasks]


def generators(n, seed=0):
    return [np.random.default_rng([seed, trial]) for trial in range(n)]


def split(labels, network):
    return np.split(labels, np.cumsum(network.widths)[:-1])


def slow_trial(network, labels, generator):
    """Labels of one trial: permuted in each layer, then around each sub-module in its own layer."""
    twins = [own.copy() for own in split(labels, network)]
    for own in twins[1:-1]:
        free = [place for place, label in enumerate(own) if label >= 0]
        own[free] = generator.permutation(own[free])
    around = {}
    for layer, label in reference.names(labels, network.widths):
        own = split(labels, network)[layer].copy()
        free = [place for place, each in enumerate(own) if each >= 0 and each != label]
        own[free] = generator.permutation(own[free])
        around[layer, label] = own
    return twins, around


def slow_pairs(network, images, classes, names, first, second):
    """Right predictions for every pair; `first` and `second` give (i, j) → mask."""
    counts = np.zeros((len(names), len(names)), int)
    for i, j in product(range(len(names)), repeat=2):
        silenced = [
            (names[i][0], first(names[i], names[j])),
            (names[j][0], second(names[i], names[j])),
        ]
        counts[i, j] = reference.correct(network, images, classes, silenced)
    return counts


@FAST
@given(reference.cases(n_hidden=(1, 3)))
def test_double_test_equals_brute_force_with_its_null_distributions(case):
    assert_equals_brute_force(*case)


@FAST
@given(reference.cases(n_hidden=(1, 3)))
def test_any_networks_engine_finds_what_that_of_dense_chains_finds(case):
    network, labels, images, classes = case
    labelling = Labelling(labels, network.widths)
    tests = [
        double_lesion.double_test(
            subjects.examine(each, images, classes), labelling, generators(2), map_here
        )
        for each in (network, chains.to_graph(network))
    ]
    for name, values in vars(tests[0]).items():
        np.testing.assert_array_equal(getattr(tests[1], name), values)


@pytest.mark.parametrize("density", [0.2, 1.0])
def test_double_test_of_many_sub_modules_equals_brute_force(density):
    network = reference.network((8, 16, 16, 16, 4), density=density)
    labels = np.random.default_rng(0).integers(-1, 4, sum(network.widths))
    assert_equals_brute_force(network, labels, *reference.images(300, 8, 4))


def assert_equals_brute_force(network, labels, images, classes):
    subject = subjects.examine(network, images, classes)
    labelling = Labelling(labels, network.widths)
    test = double_lesion.double_test(subject, labelling, generators(2), map_here)

    names = reference.names(labels, network.widths)
    true = {name: split(labels, network)[name[0]] == name[1] for name in names}
    assert list(zip(test.layer, test.label, strict=True)) == names
    assert test.n_images == len(images)
    assert test.intact == reference.correct(network, images, classes)
    np.testing.assert_array_equal(
        test.lesioned,
        slow_pairs(network, images, classes, names, lambda i, j: true[i], lambda i, j: true[j]),
    )
    for trial, generator in enumerate(generators(2)):
        twins, around = slow_trial(network, labels, generator)
        random = {name: twins[name[0]] == name[1] for name in names}

        def random_given(i, j, random=random, around=around):
            return around[j] == i[1] if i[0] == j[0] else random[i]

        np.testing.assert_array_equal(
            test.joint_null[trial],
            slow_pairs(
                *(network, images, classes, names),
                lambda i, j, random=random: random[i],
                lambda i, j, random=random: random[j],
            ),
        )
        expected = slow_pairs(
            *(network, images, classes, names), random_given, lambda i, j: true[j]
        )
        np.fill_diagonal(expected, -1)
        np.testing.assert_array_equal(test.conditional_null[trial], expected)


@pytest.fixture(scope="module")
def study():
    """A network, its labels and both tests, large enough for several chunks of images."""
    network = reference.network((12, 40, 40, 40, 4), density=0.3)
    images, classes = reference.images(700, 12, 4)
    labels = np.random.default_rng(0).integers(-1, 3, sum(network.widths))
    labelling = Labelling(labels, network.widths)
    subject = subjects.examine(network, images, classes)
    single = single_lesion.single_test(subject, labelling, generators(20), map_here)
    double = double_lesion.double_test(subject, labelling, generators(10), map_here)
    return labelling, subject, single, double


def test_lesions_of_a_sub_module_with_itself_are_single_lesions(study):
    *_, single, double = study
    np.testing.assert_array_equal(np.diagonal(double.lesioned), single.lesioned.sum(axis=1))


def test_joint_lesions_do_not_depend_on_the_order(study):
    *_, double = study
    for counts in (double.lesioned, *double.joint_null):
        np.testing.assert_array_equal(counts, counts.T)


@pytest.mark.parametrize("workers", [1, 3])
def test_results_do_not_depend_on_the_number_of_workers(study, tmp_path, workers):
    labelling, subject, _, expected = study
    with pieces.Store(tmp_path / "joint.csv", "fingerprint") as store:
        found = double_lesion.double_test(
            subject,
            labelling,
            generators(10),
            lambda function, tasks: store.map(
                function, tasks, workers=workers, description="Pairs"
            ),
        )
    for name, values in vars(expected).items():
        np.testing.assert_array_equal(getattr(found, name), values)


def test_a_killed_run_resumes_without_repeating_finished_trials(study, tmp_path):
    labelling, subject, _, expected = study
    calls = []

    def run(stop_at):
        with pieces.Store(tmp_path / "joint.csv", "fingerprint") as store:

            def map_pieces(function, tasks):
                def counted(task):
                    if len(calls) == stop_at:
                        raise KeyboardInterrupt
                    calls.append(task)
                    return function(task)

                return store.map(counted, tasks, workers=1, description="Pairs")

            return double_lesion.double_test(subject, labelling, generators(10), map_pieces)

    with pytest.raises(KeyboardInterrupt):
        run(stop_at=4)
    resumed = run(stop_at=None)
    assert len(calls) == 10
    np.testing.assert_array_equal(resumed.conditional_null, expected.conditional_null)


def tables(study):
    *_, single, double = study
    rule, single_rule = taxonomy.Rule(10), taxonomy.Rule(20)
    alone = lesions.single(single, single_rule)
    return (
        alone,
        pairs.joint(double, alone, rule),
        pairs.conditional(double, alone, rule, single_rule),
    )


def test_joint_table_has_every_pair_once_and_recomputes_from_counts(study):
    *_, single, double = study
    alone, joint, _ = tables(study)
    n = len(single.layer)
    assert len(joint) == n * (n + 1) / 2
    names = list(zip(single.layer, single.label, strict=True))
    for row in joint.to_dict("records"):
        i = names.index((row["first_layer"], row["first_label"]))
        j = names.index((row["second_layer"], row["second_label"]))
        assert i <= j
        correct, null = double.lesioned[i, j], double.joint_null[:, i, j]
        assert row["true"] == correct / 700
        assert row["diff"] == (correct - single.intact.sum()) / 700
        assert row["corrected_pvalue"] == (np.sum(null < correct) + 1) / 11
        assert row["pvalue"] == (np.sum(null <= correct) + 1) / 11
        assert row["mean"] == pytest.approx(null.mean() / 700)
        assert row["std"] == pytest.approx(null.std(ddof=1) / 700)
        assert row["within_layer"] == (names[i][0] == names[j][0])
        assert row["first_taxonomy"] == alone["taxonomy"][i]
        assert row["second_diff"] == alone["diff"][j]
        assert row["important"] == (row["pvalue"] < 1 / 10 and row["diff"] <= -0.01)


def test_conditional_table_has_every_ordered_pair_and_recomputes_from_counts(study):
    *_, single, double = study
    alone, _, conditional = tables(study)
    names = list(zip(single.layer, single.label, strict=True))
    assert len(conditional) == len(names) ** 2
    for row in conditional.to_dict("records"):
        i = names.index((row["layer"], row["label"]))
        j = names.index((row["given_layer"], row["given_label"]))
        if i == j:
            expected = alone.loc[i]
            assert row["s"] == expected["diff"]
            assert row["pvalue"] == expected["pvalue"]
            assert row["z_score"] == pytest.approx(expected["z_score"], nan_ok=True)
            assert row["n_shuffles"] == 20
            assert row["important"] == (expected["pvalue"] < 1 / 20 and expected["diff"] <= -0.01)
        else:
            correct, null = double.lesioned[i, j], double.conditional_null[:, i, j]
            assert row["s"] == (correct - double.lesioned[j, j]) / 700
            assert row["corrected_pvalue"] == (np.sum(null < correct) + 1) / 11
            assert row["pvalue"] == (np.sum(null <= correct) + 1) / 11
            assert row["n_shuffles"] == 10
            assert row["important"] == (row["pvalue"] < 1 / 10 and row["s"] <= -0.01)


def test_pairs_within_a_layer_are_marked_and_left_out_of_the_corrections(study):
    _, joint, conditional = tables(study)
    for table in (joint, conditional):
        assert table["within_layer"].any()
        np.testing.assert_array_equal(table["p_fwer"].isna(), table["within_layer"])
        np.testing.assert_array_equal(table["pvalue_bh"].isna(), table["within_layer"])
        across = table[~table["within_layer"]]
        assert (across["pvalue_bh"] >= across["pvalue"]).all()


def test_family_wise_pvalues_count_trials_with_any_pair_of_different_layers_as_extreme(study):
    *_, double = study
    _, joint, conditional = tables(study)
    names = list(zip(double.layer, double.label, strict=True))
    joint_pair = [["first_layer", "first_label"], ["second_layer", "second_label"]]
    conditional_pair = [["layer", "label"], ["given_layer", "given_label"]]
    for table, null, pair in (
        (joint, double.joint_null, joint_pair),
        (conditional, double.conditional_null, conditional_pair),
    ):
        across = table[~table["within_layer"]]
        i, j = ([names.index(tuple(name)) for name in across[one].to_numpy()] for one in pair)
        counts = null[:, i, j].astype(float)
        counts = counts[:, np.ptp(counts, axis=0) > 0]
        z = (counts - counts.mean(axis=0)) / counts.std(axis=0, ddof=1)
        has_spread = across["z_score"].notna()
        assert has_spread.sum() > 20
        for row in across[has_spread].to_dict("records"):
            n_as_extreme = np.sum(z.min(axis=1) <= row["z_score"] + 1e-9)
            assert row["p_fwer"] == (n_as_extreme + 1) / 11


@pytest.mark.parametrize("data_complete", [False, True])
def test_whether_the_images_are_all_goes_along_with_the_counts(study, tmp_path, data_complete):
    labelling, subject, *_ = study
    subject = replace(subject, data_complete=data_complete)
    test = double_lesion.double_test(subject, labelling, generators(2), map_here)
    test.write(tmp_path / "counts.h5")
    found = DoubleTest.read(tmp_path / "counts.h5")
    assert found.data_complete is data_complete
    for name, values in vars(test).items():
        np.testing.assert_array_equal(getattr(found, name), values)
