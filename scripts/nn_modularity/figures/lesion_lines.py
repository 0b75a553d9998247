"""Accuracies by class of images: a panel a sub-module, with its random twins."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures.parts import profiles, single_tests, style, submodules
from nn_modularity.figures.parts.single_tests import Accuracies, SingleTest

COLUMNS = 5
"""Number of panels beside each other at most; every layer begins a row."""

read = single_tests.read


def draw(test: SingleTest) -> Figure:
    """Draw accuracy by class of images without a sub-module, random lesions below.

    Panels of one layer share their accuracy axis.
    """
    table, accuracies = test.table, test.accuracies
    places = _places(table)
    n_rows, n_columns = np.max(list(places.values()), axis=0) + 1
    figure = style.figure(test.subject, style.PAGE, 0.4 + 1.15 * n_rows)
    panels = figure.subplots(n_rows, n_columns, sharex=True, squeeze=False)
    for row, place in places.items():
        of_layer = np.flatnonzero(table.layer == table.layer.iloc[row])
        null, true = accuracies.null[:, of_layer], accuracies.true[of_layer]
        panels[place].set_ylim(profiles.range_of(null, true, accuracies.intact))
        panels[place].tick_params(labelleft=place[1] == 0)
        _draw_panel(panels[place], table.iloc[row], row, accuracies)
    for place in set(np.ndindex(panels.shape)) - set(places.values()):
        panels[place].set_axis_off()
    style.label_lowest(panels)
    figure.supxlabel("Class of images")
    figure.supylabel(accuracies.label)
    handles = [
        Line2D([], [], color=submodules.RANDOM, linewidth=0.8, label="random lesions"),
        Line2D([], [], **submodules.INTACT, label="intact network"),
        *submodules.class_handles(table.taxonomy, marker=submodules.TRUE),
    ]
    style.legend_above(figure, handles, title=submodules.TRUE_LESIONS)
    return figure


def _places(table: pd.DataFrame) -> dict[int, tuple[int, int]]:
    """Row and column of the panel of every sub-module, by its position in the table."""
    places = {}
    row = -1
    order = submodules.ordered(table)
    starts = submodules.layer_starts(table.layer.iloc[order])
    for begin, end in pairwise(starts):
        for number, position in enumerate(order[begin:end]):
            row += number % COLUMNS == 0
            places[int(position)] = (row, number % COLUMNS)
    return places


def _draw_panel(axes: Axes, submodule: pd.Series, row: int, accuracies: Accuracies) -> None:
    trials, n_classes = accuracies.null[:, row], len(accuracies.intact) - 1
    segments = [np.column_stack([np.arange(n_classes), trial[:-1]]) for trial in trials]
    faint = {"color": submodules.RANDOM, "alpha": 0.5, "rasterized": True}
    axes.add_collection(LineCollection(segments, linewidths=0.4, **faint))
    everywhere = np.full(len(trials), n_classes + 0.5)
    axes.plot(everywhere, trials[:, -1], ".", markersize=3, markeredgewidth=0, **faint)
    colour = palette.TAXONOMY[submodule.taxonomy]
    true: dict[str, Any] = {
        "color": colour,
        "linewidth": 1.2,
        "marker": submodules.TRUE,
        "markersize": 2.5,
    }
    profiles.draw_profile(axes, accuracies.true[row], zorder=3, **true)
    profiles.draw_profile(axes, accuracies.intact, zorder=4, **submodules.INTACT)
    label = f"{submodule.layer}-{submodule.label} {submodules.spelt(submodule.taxonomy)}"
    style.panel_title(axes, label)
    axes.title.set_fontsize(style.SMALL)
    profiles.label_classes(axes, n_classes, step=3)
