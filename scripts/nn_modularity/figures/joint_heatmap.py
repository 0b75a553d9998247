"""The accuracy lost with every pair of sub-modules, as a heatmap."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from nn_modularity.figures.parts import heatmaps, pair_tests
from nn_modularity.figures.parts.pair_tests import PairTest


def read(inputs: Mapping[str, Any], subject: str) -> PairTest:
    """Read the ``joint`` lesions, with the classes of ``conditional`` on the diagonal."""
    test = pair_tests.read({**inputs, "pairs": inputs["joint"]}, subject)
    conditional = pd.read_csv(inputs["conditional"])
    return replace(test, pairs=with_classes_of_single(test.pairs, conditional))


def with_classes_of_single(joint: pd.DataFrame, conditional: pd.DataFrame) -> pd.DataFrame:
    """Class what is paired with itself as the table of conditional lesions does.

    That table has the significance of small and complete sub-modules.
    """
    alone = conditional[conditional.diagonal].set_index(["layer", "label"]).taxonomy
    first, second = (
        list(zip(joint[f"{which}_layer"], joint[f"{which}_label"], strict=True))
        for which in ("first", "second")
    )
    classes = [
        alone[x] if x == y else of_pair
        for x, y, of_pair in zip(first, second, joint.taxonomy, strict=True)
    ]
    return joint.assign(taxonomy=classes)


def draw(test: PairTest) -> Figure:
    """Draw the lower triangle in percentage points; the diagonal is the test of single lesions."""
    rows = test.ordered
    loss = -100 * pair_tests.square(rows, test.pairs, pair_tests.JOINT_KEYS, "diff").T
    stars = heatmaps.stars(rows, test.pairs, pair_tests.JOINT_KEYS).T
    figure, axes = heatmaps.matrix_axes(test, extra=0.75)
    mappable = heatmaps.draw_losses(axes, rows, loss, stars)
    heatmaps.draw_bar(axes, mappable, "Accuracy lost")
    heatmaps.draw_key(figure)
    return figure
