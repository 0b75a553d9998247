"""Sub-modules by size, change of accuracy and z-score."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nn_modularity.figures.parts import style, submodules
from nn_modularity.figures.parts.tables import Table
from nn_modularity.lesions.results import SingleTest
from nn_modularity.tables.lesions import score_of
from nn_modularity.vocabulary import IMPORTANT, SCORES


def read(inputs: Mapping[str, Any], subject: str) -> Table:
    """Read the ``table`` of a test of single lesions, and from its ``counts`` what its data are."""
    test = SingleTest.read(inputs["counts"])
    table = pd.read_csv(inputs["table"]).assign(data_complete=test.data_complete)
    return Table(subject, table)


def draw(test: Table) -> Figure:
    """Sub-modules by size, change of accuracy and z-score; the important ones are named."""
    table = test.rows
    figure = style.figure(test.subject, style.PAGE, 2.5)
    panels = figure.subplots(1, 3)
    share = 100 * table.label_in_layer_proportion.to_numpy(), "Share of its layer's neurons (%)"
    change = 100 * table["diff"].to_numpy(), f"Change in {SCORES[score_of(table)]} (pp)"
    z_score = table.z_score.to_numpy(), "z-score among random lesions\n(log scale beyond ±1)"
    pairs = [(share, change), (share, z_score), (change, z_score)]
    for axes, ((x, x_name), (y, y_name)) in zip(panels, pairs, strict=True):
        axes.axhline(0, color="#BBBBBB", linewidth=0.6, zorder=0)
        axes.scatter(x, y, c=submodules.colours(table), s=18, linewidths=0.4, edgecolors="white")
        axes.set(xlabel=x_name, ylabel=y_name)
        axes.margins(0.1)
    for axes in panels[1:]:
        axes.set_yscale("symlog", linthresh=1)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))
    style.legend_above(figure, submodules.class_handles(table.taxonomy))
    all_names = np.array(submodules.names(table))
    is_named = (table.taxonomy == IMPORTANT) & np.isfinite(table.z_score)
    for axes, ((x, _), (y, _)) in zip(panels, pairs, strict=True):
        points = np.column_stack([x, y])
        submodules.label_points(axes, points[is_named], all_names[is_named], points)
    return figure
