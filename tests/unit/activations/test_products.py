"""Sparse and dense products against NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn_modularity.activations import products

FAST = settings(max_examples=60)


@st.composite
def matrices(draw):
    """Weights of any density, (n_out, n_in) float32, and a choice of sources."""
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 30)))
    generator = np.random.default_rng(draw(st.integers(0, 2**20)))
    density = draw(st.sampled_from([0.0, 0.1, 0.4, 1.0]))
    matrix = generator.normal(size=shape) * (generator.random(shape) < density)
    chosen = generator.random(shape[1]) < draw(st.sampled_from([0.0, 0.5, 1.0]))
    return matrix.astype(np.float32), chosen


@FAST
@given(matrices(), st.sampled_from([1, 7, 64]), st.booleans(), st.booleans())
def test_product_equals_numpy(case, n_images, is_rectified, starts_from_biases):
    matrix, chosen = case
    generator = np.random.default_rng(0)
    activations = generator.normal(size=(matrix.shape[1], n_images)).astype(np.float32)
    n_starts = 1 if starts_from_biases else n_images
    start = generator.normal(size=(len(matrix), n_starts)).astype(np.float32)
    out = np.full((len(matrix), n_images), np.nan, np.float32)
    for signed, sign in ((products.weights(matrix), 1), (products.weights(-matrix), -1)):
        part = products.restrict(signed, chosen)
        expected = start + sign * (matrix * chosen) @ activations
        expected = np.maximum(expected, 0) if is_rectified else expected
        floor = np.float32(0 if is_rectified else -np.inf)
        products.add_product(part, start, activations, floor, out)
        np.testing.assert_allclose(out, expected, atol=1e-4)
        products.add_product(products.negative(part), start, activations, floor, out)
        turned = start - sign * (matrix * chosen) @ activations
        turned = np.maximum(turned, 0) if is_rectified else turned
        np.testing.assert_allclose(out, turned, atol=1e-4)


@FAST
@given(matrices())
def test_a_part_of_the_weights_costs_and_sums_what_it_holds(case):
    matrix, chosen = case
    part = products.restrict(products.weights(matrix), chosen)
    np.testing.assert_allclose(
        products.row_sums(part), (matrix * chosen).sum(axis=1), rtol=1e-5, atol=1e-5
    )
    n_held = np.count_nonzero(matrix[:, chosen])
    is_sparse = isinstance(part, products.Sparse)
    assert products.size(part) == (n_held if is_sparse else len(matrix) * chosen.sum())


@pytest.mark.parametrize(("density", "expected"), [(0.1, products.Sparse), (1.0, products.Dense)])
def test_pruned_weights_are_sparse_and_others_dense(density, expected):
    matrix = (np.random.default_rng(0).random((50, 50)) < density).astype(np.float32)
    assert isinstance(products.weights(matrix), expected)


@given(st.integers(1, 5), st.integers(1, 40), st.integers(0, 2**20))
def test_images_whose_largest_score_is_their_class_are_counted_as_argmax_does(
    n_classes, n_images, seed
):
    generator = np.random.default_rng(seed)
    scores = generator.integers(0, 3, (n_classes, n_images)).astype(np.float32)  # many ties
    classes = generator.integers(0, n_classes, n_images)
    counts = np.ones(n_classes, np.int64)
    products.count_largest(scores, classes, counts)
    is_right = scores.argmax(axis=0) == classes
    np.testing.assert_array_equal(counts, 1 + np.bincount(classes[is_right], minlength=n_classes))
