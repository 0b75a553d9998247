"""p-values, z-scores and their corrections against their definitions."""

import math
import statistics

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from nn_modularity import significance

PVALUES = st.lists(st.integers(1, 101), min_size=1, max_size=12).map(lambda k: np.array(k) / 101)
NULL_VALUES = hnp.arrays(np.int64, st.integers(1, 40), elements=st.integers(0, 30))
NULL = np.array([[1, 5], [2, 5], [2, 5], [4, 5]])


def test_published_pvalue_counts_only_what_is_strictly_below():
    found = significance.left_pvalues(NULL, np.array([2, 5]), ties="ignored")
    np.testing.assert_array_equal(found, [2 / 5, 1 / 5])


def test_pvalue_with_ties_counts_equal_values_too():
    found = significance.left_pvalues(NULL, np.array([2, 5]), ties="counted")
    np.testing.assert_array_equal(found, [4 / 5, 1])


def test_pvalue_of_an_exchangeable_observation_is_at_most_p_with_probability_p():
    values = np.arange(100)  # each of them as the observation, the others as its null
    pvalues = [
        significance.left_pvalues(np.delete(values, k)[:, None], values[[k]], ties="counted")[0]
        for k in values
    ]
    np.testing.assert_allclose(np.sort(pvalues), np.arange(1, 101) / 100)


def test_z_score_has_n_minus_1_in_the_denominator():
    null = np.random.default_rng(0).normal(size=(9, 3))
    expected = (1 - null.mean(axis=0)) / null.std(axis=0, ddof=1)
    np.testing.assert_allclose(significance.z_scores(null, np.ones(3)), expected)


def test_z_score_of_a_null_without_spread_is_unknown():
    null = np.full((9, 1), 0.1)
    assert np.isnan(significance.z_scores(null, np.array([0.1]))).all()
    assert np.isnan(significance.z_scores(null, np.array([0.2]))).all()


@given(PVALUES)
def test_benjamini_hochberg_equals_scipy(pvalues):
    np.testing.assert_allclose(
        significance.benjamini_hochberg(pvalues), stats.false_discovery_control(pvalues)
    )


COUNTS = hnp.arrays(
    np.int64,
    st.tuples(st.integers(2, 12), st.integers(1, 6)),
    elements=st.integers(0, 5),
)


@given(COUNTS, st.integers(0, 2**32 - 1))
def test_family_wise_pvalues_equal_brute_force(null, seed):
    n, m = null.shape
    observed = np.random.default_rng(seed).integers(0, 6, m)
    found = significance.family_wise_pvalues(null, observed)

    def z(value, column):
        values = [int(other) for other in null[:, column]]
        if min(values) < max(values):
            return (int(value) - statistics.fmean(values)) / statistics.stdev(values)
        # A lone trial that differs from the n − 1 others.
        lone = (0 - (n - 1) / n) / statistics.stdev([0] + [1] * (n - 1))
        return lone if value < values[0] else math.inf if value > values[0] else 0.0

    most_extreme = [min(z(row[column], column) for column in range(m)) for row in null]
    expected = [
        (sum(extreme <= z(observed[s], s) + 1e-9 for extreme in most_extreme) + 1) / (n + 1)
        for s in range(m)
    ]
    np.testing.assert_allclose(found, expected)


@given(COUNTS)
def test_one_observations_family_wise_pvalue_is_its_own(null):
    alone, observed = null[:, :1], null[0, :1]
    expected = significance.left_pvalues(alone, observed, ties="counted")
    np.testing.assert_array_equal(significance.family_wise_pvalues(alone, observed), expected)


def test_family_wise_pvalues_reach_significance_however_many_are_tested():
    null = np.random.default_rng(0).integers(9_000, 9_800, (100, 28))
    observed = np.full(28, 5_000)
    assert (significance.family_wise_pvalues(null, observed) == 1 / 101).all()


def test_nulls_of_one_value_leave_no_hole_in_the_family_wise_pvalues():
    null = np.tile([[7, 7, 7, 0]], (9, 1))
    null[3, 3] = -5  # the lone trial that differs: as far out as a value can lie
    found = significance.family_wise_pvalues(null, np.array([6, 7, 8, 0]))
    np.testing.assert_array_equal(found, [2 / 10, 1, 1, 1])


def test_family_wise_errors_are_as_rare_as_the_level_says():
    generator = np.random.default_rng(0)
    n_wrong = 0
    for _ in range(400):
        common = generator.normal(size=(40, 1))  # draws that depend on each other, as lesions do
        draws = (1000 * (common + generator.normal(size=(40, 10)))).astype(int)
        n_wrong += significance.family_wise_pvalues(draws[1:], draws[0]).min() <= 0.1
    assert 0.05 < n_wrong / 400 < 0.15


@given(NULL_VALUES, st.integers(0, 30))
def test_the_interval_of_a_pvalue_is_clopper_and_pearsons(null, observed):
    interval = significance.pvalue_interval(null, observed)
    expected = stats.binomtest(int(np.sum(null <= observed)), len(null)).proportion_ci(
        0.95, method="exact"
    )
    np.testing.assert_allclose(interval, (expected.low, expected.high), atol=1e-9)


def test_corrections_of_nothing_are_nothing():
    assert significance.benjamini_hochberg(np.array([])).shape == (0,)
    assert significance.family_wise_pvalues(np.zeros((5, 0)), np.zeros(0)).shape == (0,)
