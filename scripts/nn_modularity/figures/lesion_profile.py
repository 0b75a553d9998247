"""Accuracies by class of images: a panel a layer, a line a sub-module."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures.parts import profiles, single_tests, style, submodules
from nn_modularity.figures.parts.single_tests import SingleTest
from nn_modularity.vocabulary import IMPORTANT

MARKERS = "os^vPXD<>p"
"""Marks of the clusters, by label."""

read = single_tests.read


def draw(test: SingleTest) -> Figure:
    """Draw every sub-module in its class's colour, the important ones strong.

    Every panel has its own accuracy axis: in late layers lesions do little.
    """
    table, accuracies = test.table, test.accuracies
    layers = sorted(table.layer.unique())
    figure = style.figure(test.subject, style.PAGE, 0.5 + 1.7 * len(layers))
    panels = figure.subplots(len(layers), 1, sharex=True, squeeze=False).ravel()
    for axes, layer in zip(panels, layers, strict=True):
        rows = np.flatnonzero(table.layer == layer)
        axes.set_ylim(profiles.range_of(accuracies.true[rows], accuracies.intact))
        profiles.draw_profile(axes, accuracies.intact, zorder=4, **submodules.INTACT)
        _draw_layer(axes, test, rows)
        style.panel_title(axes, f"Layer {layer}")
        profiles.label_classes(axes, len(accuracies.intact) - 1, step=1)
    panels[-1].set_xlabel("Class of images")
    figure.supylabel(accuracies.label)
    handles = [
        Line2D([], [], **submodules.INTACT, label="intact network"),
        *submodules.class_handles(table.taxonomy),
    ]
    style.legend_above(figure, handles, title=submodules.TRUE_LESIONS)
    return figure


def _draw_layer(axes: Axes, test: SingleTest, rows: np.ndarray) -> None:
    """Draw a line a sub-module, and its name at the right."""
    overall = test.accuracies.true[rows, -1]
    low, high = axes.get_ylim()
    heights = profiles.apart(overall, 0.085 * (high - low), low, high)
    end = len(test.accuracies.intact) - 0.5
    for row, value, height in zip(rows, overall, heights, strict=True):
        submodule = test.table.iloc[row]
        is_important = submodule.taxonomy == IMPORTANT
        colour = palette.TAXONOMY[submodule.taxonomy]
        profiles.draw_profile(
            axes,
            test.accuracies.true[row],
            color=colour,
            linewidth=1.6 if is_important else 0.7,
            marker=MARKERS[submodule.label % len(MARKERS)],
            markersize=4 if is_important else 2.5,
            zorder=3 if is_important else 2,
        )
        joint = {"color": colour, "linewidth": 0.4, "clip_on": False}
        axes.plot([end + 0.2, end + 0.75], [value, height], **joint)
        mark = {"marker": MARKERS[submodule.label % len(MARKERS)], "color": colour}
        axes.plot(end + 0.9, height, markersize=3.5, markeredgewidth=0, clip_on=False, **mark)
        axes.annotate(
            f"{submodule.layer}-{submodule.label}",
            (end + 0.9, height),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.SMALL,
            fontweight="bold" if is_important else "normal",
            annotation_clip=False,
        )
