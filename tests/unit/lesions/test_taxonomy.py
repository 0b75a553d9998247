"""Classes of sub-modules: the definitions of arXiv 2003.04881, section 4.2, with boundaries."""

import numpy as np
import pytest

from nn_modularity import vocabulary
from nn_modularity.lesions import taxonomy

RULE = taxonomy.Rule(n_shuffles=100, delta=-0.01, small=12)
FEWEST = 1 / 101  # no random lesion did as much harm


@pytest.mark.parametrize(
    ("pvalue", "diff", "n_neurons", "proportion", "expected"),
    [
        # A whole layer, whatever else; then small ones, whatever else.
        (FEWEST, -0.5, 200, 1.0, "complete"),
        (1.0, 0.0, 3, 1.0, "complete"),
        (FEWEST, -0.5, 12, 0.1, "small"),
        (FEWEST, -0.5, 13, 0.1, "important"),
        # Significant.
        (FEWEST, -0.01, 50, 0.2, "important"),
        (FEWEST, -0.0099, 50, 0.2, "sig-but-not-diff"),
        (FEWEST, 0.02, 50, 0.2, "sig-but-not-diff"),
        (1 / 100, -0.5, 50, 0.2, "diff-but-not-sig"),
        (2 / 101, -0.5, 50, 0.2, "diff-but-not-sig"),
        # Nothing random did less harm.
        (1.0, 0.0, 50, 0.2, "prunable"),
        (1.0, -0.0099, 50, 0.2, "prunable"),
        (1.0, -0.01, 50, 0.2, "least_important"),
        (1.0, -0.5, 50, 0.2, "least_important"),
        # In between.
        (0.5, -0.011, 50, 0.2, "diff-but-not-sig"),
        (0.5, -0.01, 50, 0.2, "other"),
        (0.5, 0.0, 50, 0.2, "other"),
        (100 / 101, 0.0, 50, 0.2, "other"),
    ],
)
def test_class_of_a_sub_module(pvalue, diff, n_neurons, proportion, expected):
    (found,) = taxonomy.classify(
        np.array([pvalue]), np.array([diff]), np.array([n_neurons]), np.array([proportion]), RULE
    )
    assert found == expected


def test_significant_means_that_no_random_lesion_did_as_much_harm():
    for n_shuffles in (2, 50, 100, 1000):
        alpha = taxonomy.Rule(n_shuffles).alpha
        assert 1 / (n_shuffles + 1) < alpha
        assert 2 / (n_shuffles + 1) > alpha


def test_pairs_are_never_complete_nor_small():
    pvalues, diffs = np.meshgrid([FEWEST, 0.5, 1.0], [-0.5, -0.01, 0.0])
    found = taxonomy.classify_effects(pvalues, diffs, RULE)
    assert found.shape == (3, 3)
    assert not {"complete", "small"} & set(found.ravel())
    assert set(found.ravel()) <= set(vocabulary.CLASSES)


def test_a_loss_of_exactly_one_point_counts_as_one_point():
    diff = np.array([(9745 - 9845) / 10000])
    (found,) = taxonomy.classify_effects(np.array([FEWEST]), diff, RULE)
    assert found == "important"
