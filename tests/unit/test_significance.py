"""p-values, z-scores and their corrections against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nn_modularity import significance

PVALUES = st.lists(st.integers(1, 101), min_size=1, max_size=12).map(lambda k: np.array(k) / 101)
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


@given(PVALUES)
def test_holm_rejects_step_by_step_as_defined(pvalues):
    adjusted = significance.holm(pvalues)
    for level in (0.01, 0.05, 0.2, 0.5):
        rejected = np.zeros(len(pvalues), bool)
        for n_rejected, k in enumerate(np.argsort(pvalues, kind="stable")):
            if pvalues[k] * (len(pvalues) - n_rejected) > level:
                break
            rejected[k] = True
        np.testing.assert_array_equal(adjusted <= level, rejected)


@pytest.mark.parametrize("correct", [significance.holm, significance.benjamini_hochberg])
def test_corrections_of_nothing_are_nothing(correct):
    assert correct(np.array([])).shape == (0,)
