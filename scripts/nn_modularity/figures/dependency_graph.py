"""Which sub-module depends on which, layer by layer."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity.figures.parts import layers, pair_tests, style, submodules
from nn_modularity.figures.parts.dependencies import TYPES
from nn_modularity.figures.parts.pair_tests import PairTest

read = pair_tests.read


def draw(test: PairTest) -> Figure:
    """Sub-modules by layer, and an edge X → Y for every dependency of types I to III."""
    rows = test.ordered
    figure = style.figure(test.subject, style.PAGE, 0.7 + 0.42 * rows.layer.value_counts().max())
    axes = figure.subplots()
    nodes = layers.draw_nodes(axes, rows)
    handles = [
        Line2D([], [], color=colour, linestyle=line, label=f"{name}: {meaning}")
        for name, (meaning, colour, line, _) in TYPES.items()
        if name != "IV"
    ]
    handles += submodules.class_handles(rows.taxonomy)
    style.legend_above(figure, handles)
    edges = []
    for pair in test.pairs[test.pairs.edge.astype(bool)].itertuples():
        _, colour, line, _ = TYPES[pair.type]
        edges.append((layers.pair_of(pair), {"color": colour, "linestyle": line, "linewidth": 1.1}))
    if not edges:
        layers.say_below(axes, "No dependencies of types I to III")
    layers.draw_edges(axes, nodes, edges)
    return figure
