"""Scores against scikit-learn's, and what has no answer there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from nn_modularity.errors import StudyError
from nn_modularity.lesions import scores


def scored(score, outputs, targets, n_chunks=1):
    """Points by group, of images in chunks."""
    tally = score.empty
    for part in np.array_split(np.arange(len(targets)), n_chunks):
        columns = np.ascontiguousarray(outputs[part].T.astype(np.float32))
        score.add(columns, targets[part], tally)
    return score.points(tally)


def of(task, outputs, targets, asked="accuracy", is_share=False):
    return scores.of(task, targets, outputs.shape[1], asked=asked, is_share=is_share)


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_classes_are_counted_and_margins_added(seed, n_chunks):
    generator = np.random.default_rng(seed)
    outputs, targets = generator.normal(size=(20, 3)), generator.integers(0, 3, 20)
    accuracy = of("classification", outputs, targets)
    found = scored(accuracy, outputs, targets, n_chunks)
    assert found.dtype == np.int64
    right = outputs.argmax(axis=1) == targets
    np.testing.assert_array_equal(found, np.bincount(targets[right], minlength=3))
    np.testing.assert_array_equal(accuracy.sizes, np.bincount(targets, minlength=3))

    margin = scored(of("classification", outputs, targets, "margin"), outputs, targets, n_chunks)
    expected = np.zeros(3)
    for row, own in zip(outputs, targets, strict=True):
        expected[own] += row[own] - max(np.delete(row, own))
    np.testing.assert_allclose(margin, expected, atol=1e-5)


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_f1_is_scikit_learns(seed, n_chunks):
    generator = np.random.default_rng(seed)
    outputs = generator.normal(size=(15, 4))
    targets = generator.random((15, 4)) < generator.random(4)
    found = scored(of("multi-label", outputs, targets), outputs, targets, n_chunks)
    expected = metrics.f1_score(targets, outputs > 0, average=None, zero_division=1.0)
    np.testing.assert_allclose(found / 15, expected)
    shares = 1 / (1 + np.exp(-outputs))
    by_share = scored(of("multi-label", shares, targets, is_share=True), shares, targets)
    np.testing.assert_allclose(by_share / 15, expected)


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_r2_is_scikit_learns(seed, n_chunks):
    generator = np.random.default_rng(seed)
    targets = generator.normal(size=(15, 3)).astype(np.float32)
    outputs = targets + generator.normal(size=(15, 3)).astype(np.float32)
    found = scored(of("regression", outputs, targets), outputs, targets, n_chunks)
    expected = metrics.r2_score(targets, outputs, multioutput="raw_values")
    np.testing.assert_allclose(found / 15, expected, rtol=1e-4, atol=1e-4)


def test_a_constant_target_is_met_exactly_or_not_at_all():
    targets = np.ones((4, 2), np.float32)
    outputs = np.array([[1, 1], [1, 1], [1, 2], [1, 1]])
    found = scored(of("regression", outputs, targets), outputs, targets)
    np.testing.assert_array_equal(found, [4, 0])


@pytest.mark.parametrize(
    ("task", "targets"),
    [
        ("classification", np.array([0, 3])),
        ("multi-label", np.ones((2, 2), bool)),
        ("regression", np.ones((2, 4), np.float32)),
    ],
)
def test_a_network_has_an_output_for_each_answer(task, targets):
    with pytest.raises(StudyError, match="a network with 3 outputs; check the model's dataset"):
        of(task, np.ones((2, 3)), targets)
