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
    figure, axes = heatmaps.matrix_axes(test, extra=0.75)
    axes.set(xlabel="Sub-module j, lesioned already", ylabel="Sub-module i")
    mappable = heatmaps.draw_losses(axes, rows, loss, stars)
    heatmaps.draw_bar(axes, mappable, "Accuracy lost with i as well, −s(i|j)")
    heatmaps.draw_key(figure)
    return figure
