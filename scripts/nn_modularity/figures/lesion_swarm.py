"""The accuracy without every sub-module among those without its random twins."""

from matplotlib.figure import Figure

from nn_modularity.figures.parts import single_tests, style, swarms
from nn_modularity.figures.parts.single_tests import SingleTest

read = single_tests.read


def draw(test: SingleTest) -> Figure:
    """Draw a row a sub-module."""
    figure = style.figure(test.subject, style.COLUMN, 0.55 + swarms.height(test))
    swarms.draw_swarm(figure.subplots(), test)
    swarms.draw_legend(figure, test.table.taxonomy)
    return figure
