"""Which sub-module depends on which, and which are joined by strong weights.

Dependencies: arXiv 2003.04881, section 5. X lies in an earlier layer than Y; *X | Y important*
means that lesioning X harms a network that has already lost Y.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from nn_modularity import vocabulary
from nn_modularity.networks.labelling import Labelling, SubModule
from nn_modularity.vocabulary import DEPENDENCIES

PAIR = ["x_layer", "x_label", "y_layer", "y_label"]
_FLAGS = ((False, False), (True, False), (False, True), (True, True))
_TYPES = dict(zip(_FLAGS, DEPENDENCIES, strict=True))


def dependency_type(is_x_given_y_important: bool, is_y_given_x_important: bool) -> str:
    """Type of a pair, one of `DEPENDENCIES`."""
    return _TYPES[bool(is_x_given_y_important), bool(is_y_given_x_important)]


def dependencies(single: pd.DataFrame, conditional: pd.DataFrame) -> pd.DataFrame:
    """Dependencies among sub-modules that are important alone, in different layers.

    Parameters
    ----------
    single : DataFrame
        `tables.lesions.single`.
    conditional : DataFrame
        `tables.pairs.conditional`.

    Returns
    -------
    DataFrame
        A row a pair, X earlier than Y: `x_layer, x_label, y_layer, y_label`, then for X | Y and
        for Y | X the effect `s_…`, its `pvalue_…` and whether it is `important_…`, then `type` and
        whether it is an `edge` of the dependency graph (types I to III).
    """
    important = single.loc[single["taxonomy"] == vocabulary.IMPORTANT, ["layer", "label"]]
    names = [SubModule(*map(int, row)) for row in important.to_numpy()]
    keys = ["layer", "label", "given_layer", "given_label"]
    effects = conditional.set_index(keys)[["s", "pvalue", "taxonomy"]].to_dict("index")
    rows = []
    for x, y in itertools.product(names, repeat=2):
        if x.layer < y.layer:
            x_given_y, y_given_x = effects[(*x, *y)], effects[(*y, *x)]
            is_x_important = x_given_y["taxonomy"] == vocabulary.IMPORTANT
            is_y_important = y_given_x["taxonomy"] == vocabulary.IMPORTANT
            row = [*x, *y]
            row += [x_given_y["s"], x_given_y["pvalue"], is_x_important]
            row += [y_given_x["s"], y_given_x["pvalue"], is_y_important]
            rows.append([*row, dependency_type(is_x_important, is_y_important)])
    columns = [*PAIR, "s_x_given_y", "pvalue_x_given_y", "important_x_given_y"]
    columns += ["s_y_given_x", "pvalue_y_given_x", "important_y_given_x", "type"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(edge=table["type"] != "IV")


def weight_paths(blocks: Mapping[tuple[int, int], Any], labelling: Labelling) -> pd.DataFrame:
    """How strongly weights join sub-modules of different layers.

    Between layers that edges join, the mean (or the sum) of the weights from one sub-module to the
    other, zeros included; and the sum over all paths through the sub-modules in between of the
    product along the path. Normalised by the largest value between the same two layers.

    Parameters
    ----------
    blocks : mapping of (widths[i], widths[j]) arrays or operators, by (i, j)
        A graph's `between`: absolute weights.
    labelling : Labelling

    Returns
    -------
    DataFrame
        A row a pair, X earlier than Y: `x_layer, x_label, y_layer, y_label, mean,
        mean_normalised, sum, sum_normalised`.
    """
    hidden = range(1, len(labelling.widths) - 1)
    names = {
        layer: [each for each in labelling.sub_modules if each.layer == layer] for layer in hidden
    }
    groups = {
        layer: np.array([labelling.members(each) for each in names[layer]], dtype=float).reshape(
            len(names[layer]), labelling.widths[layer]
        )
        for layer in hidden
    }
    sums, means = {}, {}
    for (i, j), block in blocks.items():
        if i in hidden and j in hidden:
            left, right = groups[i], groups[j]
            sums[i, j] = (block.T @ left.T).T @ right.T
            means[i, j] = sums[i, j] / np.outer(left.sum(axis=1), right.sum(axis=1))
    strengths = {"mean": _along_paths(means, groups), "sum": _along_paths(sums, groups)}

    tables = []
    for first, last in itertools.combinations(hidden, 2):
        pairs = [(*x, *y) for x in names[first] for y in names[last]]
        table = pd.DataFrame(pairs, columns=PAIR)
        for name, found in strengths.items():
            strength = found[first, last].ravel()
            table[name] = strength
            table[f"{name}_normalised"] = strength / (strength.max(initial=0) or 1)
        tables.append(table)
    if not tables:  # a single hidden layer
        return pd.DataFrame(columns=[*PAIR, "mean", "mean_normalised", "sum", "sum_normalised"])
    return pd.concat(tables, ignore_index=True)


def _along_paths(steps, groups):
    """Sums over all paths of products of steps, by (first, last) layer."""
    found = {}
    for first, last in itertools.combinations(groups, 2):
        total = np.zeros((len(groups[first]), len(groups[last])))
        if (first, last) in steps:
            total = total + steps[first, last]
        for middle in range(first + 1, last):
            if (middle, last) in steps:
                total = total + found[first, middle] @ steps[middle, last]
        found[first, last] = total
    return found
