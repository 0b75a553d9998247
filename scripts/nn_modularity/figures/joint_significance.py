"""Which pairs of sub-modules are important together, and how many of the two are so alone."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from nn_modularity import palette
from nn_modularity.figures.parts import heatmaps, pair_tests, style, submodules
from nn_modularity.figures.parts.pair_tests import PairTest
from nn_modularity.vocabulary import IMPORTANT

IMPORTANCE = {
    (True, 0): ("important, though neither is alone", palette.PURPLE),
    (True, 1): ("important, as one is alone", palette.ORANGE),
    (True, 2): ("important, as both are alone", palette.VERMILION),
    (False, 2): ("not important, though both are alone", palette.BLUE),
    (False, 1): ("not important, though one is alone", palette.SKY_BLUE),
    (False, 0): ("not important, as neither is alone", "#E4E4E4"),
}
"""Name and colour of a pair: whether it is important, how many of the two are so alone."""

read = pair_tests.read


def draw(test: PairTest) -> Figure:
    """Draw the lower triangle, a colour a cell; the diagonal names the class of single lesions."""
    rows = test.ordered
    important = pair_tests.square(rows, test.pairs, pair_tests.JOINT_KEYS, "important").T
    alone = (rows.taxonomy == IMPORTANT).to_numpy().astype(int)
    figure, axes = heatmaps.matrix_axes(test)
    for i, j in np.argwhere(np.tri(len(rows), k=-1, dtype=bool) & np.isfinite(important)):
        _, colour = IMPORTANCE[bool(important[i, j]), alone[i] + alone[j]]
        cell = {"facecolor": colour, "edgecolor": "white", "linewidth": 0.4}
        axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, **cell))
    for place, name in enumerate(rows.taxonomy):
        text = {"fontsize": 0.8 * heatmaps.TINY, "ha": "center", "va": "center"}
        axes.text(place, place, submodules.ABBREVIATIONS[name], fontweight="bold", **text)
    heatmaps.hatch_layers(axes, rows, np.isfinite(important))
    handles = [
        Patch(facecolor=colour, label=f"Pair {name}") for name, colour in IMPORTANCE.values()
    ]
    handles.append(heatmaps.hatched("Within a layer, not interpreted"))
    style.legend_above(figure, handles)
    return figure
