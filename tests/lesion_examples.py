"""Tests of lesions with made-up results, as the figures read them."""

import itertools

import numpy as np
import pandas as pd

from nn_modularity.figures.parts.pair_tests import CONDITIONAL_KEYS, DEPENDENCY_KEYS, JOINT_KEYS
from nn_modularity.figures.parts.single_tests import Accuracies, SingleTest
from nn_modularity.lesions import results

N_CLASSES = 5
CLASS_SIZES = np.full(N_CLASSES, 200)

# Layer, label, neurons, class of six sub-modules, not in order.
SIX = [
    (2, 1, 40, "other"),
    (1, 0, 60, "important"),
    (1, 2, 5, "small"),
    (2, 0, 20, "important"),
    (4, 1, 30, "important"),
    (3, 1, 50, "complete"),
]
# Two sub-modules of two layers, none of them important.
NOTHING = [(1, 0, 50, "complete"), (2, 3, 50, "complete")]


def single_test(rows, seed=0, n_shuffles=20):
    """A test of single lesions of sub-modules like `SIX`."""
    generator = np.random.default_rng(seed)
    n = len(rows)
    intact = CLASS_SIZES - generator.integers(2, 8, N_CLASSES)
    lesioned = generator.integers(60, 180, (n, N_CLASSES))
    null = generator.integers(150, 190, (n_shuffles, n, N_CLASSES))
    table = pd.DataFrame(rows, columns=["layer", "label", "n_layer_label", "taxonomy"])
    in_layer = table.groupby("layer").n_layer_label.transform("sum")
    correct = lesioned.sum(axis=1)
    table["label_in_layer_proportion"] = table.n_layer_label / in_layer
    table["true"] = correct / CLASS_SIZES.sum()
    table["diff"] = (correct - intact.sum()) / CLASS_SIZES.sum()
    overall = null.sum(axis=2)
    table["z_score"] = (correct - overall.mean(axis=0)) / overall.std(axis=0, ddof=1)
    found = Accuracies.from_counts(counts(CLASS_SIZES, intact, lesioned, null))
    return SingleTest("MNIST, K = 4", table, found)


def counts(class_sizes, intact, lesioned, null):
    """Counts of single lesions on a part of a dataset; which sub-modules they are isn't said."""
    nothing = np.zeros(len(lesioned), int)
    names = {name: nothing for name in ("layer", "label", "n_neurons", "n_in_layer")}
    return results.SingleTest(
        **names,
        score="accuracy",
        class_sizes=class_sizes,
        intact=intact,
        lesioned=lesioned,
        null=null,
        data_complete=False,
    )


def pair_tables(single, seed=0):
    """Tables of joint and conditional lesions of the sub-modules of a single test."""
    generator = np.random.default_rng(seed)
    names = list(zip(single.layer, single.label, strict=True))
    classes = ["important", "sig-but-not-diff", "diff-but-not-sig", "other", "prunable"]
    joint, conditional = [], []
    for i, first in enumerate(names):
        for j, second in enumerate(names):
            pair = [*first, *second, first[0] == second[0]]
            effects = generator.uniform(-0.6, 0.02, 2)
            conditional.append([*pair, i == j, *effects, generator.choice(classes)])
            if i <= j:
                joint.append([*pair, effects[0], generator.choice(classes)])
    joint = pd.DataFrame(joint, columns=[*JOINT_KEYS, "within_layer", "diff", "taxonomy"])
    conditional = pd.DataFrame(
        conditional,
        columns=[
            *CONDITIONAL_KEYS,
            *("within_layer", "diagonal", "s", "diff", "taxonomy"),
        ],
    )
    return joint.assign(important=joint.taxonomy == "important"), conditional


def dependency_table(*rows):
    """A table of dependencies."""
    columns = [*DEPENDENCY_KEYS, "s_x_given_y", "s_y_given_x", "type"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(edge=table["type"] != "IV")


def path_table(single):
    """A table of paths between the sub-modules of a single test, ever stronger."""
    names = sorted(zip(single.layer, single.label, strict=True))
    pairs = [(*x, *y) for x, y in itertools.product(names, repeat=2) if x[0] < y[0]]
    table = pd.DataFrame(pairs, columns=DEPENDENCY_KEYS)
    return table.assign(mean_normalised=np.linspace(0.3, 1, len(pairs)))


FOUR_TYPES = dependency_table(
    (1, 0, 2, 0, 0.0, 0.0, "I"),
    (1, 0, 4, 1, -0.2, 0.0, "II"),
    (2, 0, 4, 1, 0.0, -0.3, "III"),
    (1, 0, 4, 2, -0.2, -0.3, "IV"),
)
