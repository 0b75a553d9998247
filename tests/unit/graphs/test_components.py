"""Connected components, against SciPy's of the whole adjacency matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse import csgraph

from nn_modularity.graphs import components
from nn_modularity.graphs.operators import Matrix, Product, Sum, Turned, listed


@st.composite
def blocks(draw, shape, depth=2):
    """A block of few edges: a matrix, or made of others."""
    kind = draw(st.sampled_from(["dense", "sparse", "wide", *["product", "sum", "turned"] * depth]))
    if kind == "product":
        middle = draw(st.integers(1, 5))
        left = draw(blocks((shape[0], middle), depth - 1))
        return Product(left, draw(blocks((middle, shape[1]), depth - 1)))
    if kind == "sum":
        return Sum(draw(blocks(shape, depth - 1)), draw(blocks(shape, depth - 1)))
    if kind == "turned":
        return Turned(draw(blocks(shape[::-1], depth - 1)))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weights = generator.random(shape) * (generator.random(shape) < draw(st.floats(0, 0.5)))
    return {"dense": np.asarray, "sparse": sparse.csr_array, "wide": Matrix}[kind](weights)


@given(st.data(), st.lists(st.integers(1, 6), min_size=2, max_size=4), st.sampled_from([1, 10**6]))
@settings(max_examples=100)
def test_components_are_those_of_the_adjacency_matrix(data, widths, at_once):
    first = np.cumsum([0, *widths])
    pairs = [
        (i, j)
        for j in range(len(widths))
        for i in range(j)
        if i + 1 == j or data.draw(st.booleans())
    ]
    found = [(i, j, data.draw(blocks((widths[i], widths[j])))) for i, j in pairs]
    matrix = np.zeros((first[-1], first[-1]))
    for i, j, block in found:
        matrix[first[i] : first[i + 1], first[j] : first[j + 1]] = listed(block).toarray()
    _, expected = csgraph.connected_components(sparse.csr_array(matrix), directed=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(components, "AT_ONCE", at_once)
        placed = [(first[i], first[j], block) for i, j, block in found]
        np.testing.assert_array_equal(components.connected(first[-1], placed), expected)
