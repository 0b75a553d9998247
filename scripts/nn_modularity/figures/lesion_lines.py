"""Accuracies by class of images: a panel a sub-module, with its random twins."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures.parts import profiles, single_tests, style, submodules
from nn_modularity.figures.parts.single_tests import LABEL, SingleTest

RANDOM = palette.GREY
TRUE = palette.VERMILION
INTACT = palette.GREEN

read = single_tests.read


def draw(test: SingleTest) -> Figure:
    """Accuracy by class of images without a sub-module: a panel each."""
    table, accuracies = test.table, test.accuracies
    n_columns = min(6, len(table))
    n_rows = -(-len(table) // n_columns)
    figure = style.figure(style.PAGE, 0.8 + 1.2 * n_rows)
    panels = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).ravel()
    n_classes = len(accuracies.intact) - 1
    for axes, row in zip(panels, submodules.ordered(table), strict=False):
        trials = accuracies.null[:, row]
        segments = [np.column_stack([np.arange(n_classes), trial[:-1]]) for trial in trials]
        faint = {"colors": RANDOM, "linewidths": 0.4, "alpha": 0.3, "rasterized": True}
        axes.add_collection(LineCollection(segments, **faint))
        axes.plot(
            np.full(len(trials), n_classes + 0.5),
            trials[:, -1],
            ".",
            color=RANDOM,
            markersize=3,
            markeredgewidth=0,
            alpha=0.3,
        )
        profiles.draw_profile(axes, accuracies.intact, color=INTACT, linewidth=1.8, markersize=3.4)
        profiles.draw_profile(axes, accuracies.true[row], color=TRUE, linewidth=0.9, markersize=2)
        submodule = table.iloc[row]
        label = f"{submodule.layer}-{submodule.label} {submodules.spelt(submodule.taxonomy)}"
        style.panel_title(axes, label)
        axes.title.set_fontsize(style.SMALL)
        profiles.label_classes(axes, n_classes, step=3)
    panels[0].set_ylim(profiles.range_of(accuracies.null, accuracies.true, accuracies.intact))
    for axes in panels[len(table) :]:
        axes.remove()
    for axes in panels[max(len(table) - n_columns, 0) : len(table)]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel("Class of images")
    figure.supylabel(LABEL, fontsize=8)
    handles = [
        Line2D([], [], color=RANDOM, linewidth=0.8, label="random lesions"),
        Line2D([], [], color=TRUE, marker="o", markersize=3, label="true lesion"),
        Line2D([], [], color=INTACT, marker="o", markersize=3, label="intact network"),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=3)
    return figure
