"""The accuracy lost with a sub-module where another is lost already, as a heatmap."""

from matplotlib.figure import Figure

from nn_modularity.figures.parts import heatmaps, pair_tests
from nn_modularity.figures.parts.pair_tests import PairTest

read = pair_tests.read


def draw(test: PairTest) -> Figure:
    """Draw the accuracy lost with i where j is lost already, in percentage points."""
    rows = test.ordered
    loss = -100 * pair_tests.square(rows, test.pairs, pair_tests.CONDITIONAL_KEYS, "s")
    stars = heatmaps.stars(rows, test.pairs, pair_tests.CONDITIONAL_KEYS)
    figure, axes = heatmaps.matrix_axes(rows, extra=(0.85, 0.4))
    axes.set(xlabel="Sub-module j, lesioned already", ylabel="Sub-module i")
    mappable = heatmaps.draw_losses(axes, rows, loss, stars)
    heatmaps.draw_key(figure.legend, loc="outside upper left", ncols=3)
    label = "Accuracy lost with i as well, −s(i|j) (pp)"
    heatmaps.draw_bar(figure, mappable, label, ax=axes, shrink=0.5, aspect=35)
    return figure
