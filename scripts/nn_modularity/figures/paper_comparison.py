"""Published numbers beside the study's own, every cell that both have."""

import textwrap
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from nn_modularity import palette
from nn_modularity.figures.parts import style, tables
from nn_modularity.figures.parts.tables import Table

CURVE = "learning curve"
PUBLISHED = "#9A9A9A"
VERDICTS = {
    "inside": (palette.GREEN, palette.GREEN, "our mean inside the published range"),
    "below": (palette.VERMILION, palette.VERMILION, "outside it"),
    "above": (palette.VERMILION, palette.VERMILION, "outside it"),
    "no published range": (palette.BLUE, palette.BLUE, "one value published"),
    "not comparable": (palette.BLUE, "white", "not comparable"),
}
"""Edge colour, face colour and meaning of every verdict."""

TITLES = {
    "stability": "Stability",
    "lesion": "Single lesions: sub-modules by class",
    "joint lesion": "Joint lesions: pairs by importance",
    "conditional lesion": "Conditional lesions: pairs by class",
    "dependencies": "Dependencies: pairs by type",
    "learning curve": "Learning curves",
}
NAMES = {
    "ncut": "N-cut",
    "train_acc": "accuracy, training images",
    "train_loss": "loss, training images",
    "test_acc": "accuracy, test images",
    "test_loss": "loss, test images",
}
STATISTICS = {
    "mean_": "mean N-cut",
    "stdev_": "std of N-cuts",
    "z_score_": "z-score",
}

BAND = 6
"""Number of panels that share one row of the figure."""
ROW = 0.17
"""Height of a cell in inches."""


read = tables.read


def draw(drawn: Table) -> Figure:
    """Draw the published mean, spread and range of every cell, and ours below it.

    Parameters
    ----------
    drawn : Table
        A row a cell, as `nn_modularity.comparison.compare` makes it.

    Notes
    -----
    A panel is a quantity with its own axis, a row of it a model. Learning curves are drawn
    over their epochs.
    """
    table = drawn.rows
    if table.empty:
        return style.nothing_to_draw(drawn.subject, "No number is both published and ours.")
    groups = [group for _, group in table.groupby(["table", "k"], sort=False)]
    heights = [_height(group) for group in groups]
    figure = style.figure(drawn.subject, style.PAGE, sum(heights))
    parts = figure.subfigures(len(groups), 1, height_ratios=heights, squeeze=False)[:, 0]
    for part, group in zip(parts, groups, strict=True):
        name, k = group[["table", "k"]].iloc[0]
        title = f"{TITLES.get(name, name)}, K = {k}"
        part.suptitle(title, x=0.01, ha="left", fontsize="medium", fontweight="bold")
        (_draw_curves if name == CURVE else _draw_cells)(part, group)
    style.legend_above(figure, list(_legend(table["verdict"].unique())))
    return figure


def quantity_name(quantity: str) -> str:
    """What a quantity of the table is called in the figure."""
    name = NAMES.get(quantity)
    for statistic, words in STATISTICS.items():
        null = quantity.removeprefix(statistic)
        if null != quantity and null in style.SHUFFLE_NAMES:
            name = f"{words}, {style.SHUFFLE_NAMES[null]}"
    return name or quantity.removeprefix("pairs: ").removeprefix("sub-modules: ")


def _height(group: pd.DataFrame) -> float:
    """Inches that a table's panels need."""
    if group["table"].iloc[0] == CURVE:
        return 0.5 + 1.3 * group["model"].nunique()
    n_bands = -(-group["quantity"].nunique() // BAND)
    return 0.25 + n_bands * (0.85 + ROW * group["model"].nunique())


def _draw_cells(part: SubFigure, group: pd.DataFrame) -> None:
    models = list(dict.fromkeys(group["model"]))
    # Types I to IV in their order, all else as the table has it.
    order = {name: name if name.startswith("type ") else "" for name in group["quantity"]}
    quantities = sorted(order, key=lambda name: order[name])
    n_columns = min(BAND, len(quantities))
    panels = part.subplots(-(-len(quantities) // BAND), n_columns, sharey=True, squeeze=False)
    for axes, quantity in zip(panels.flat, quantities, strict=False):
        rows = group[group["quantity"] == quantity]
        _draw_ranges(axes, rows, rows["model"].map(models.index).to_numpy(float))
        axes.set_title(textwrap.fill(quantity_name(quantity), 18), loc="left", fontsize=style.SMALL)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=2, min_n_ticks=2))
        axes.tick_params(labelsize=style.SMALL)
        axes.xaxis.get_offset_text().set_fontsize(style.SMALL)
        axes.tick_params(axis="y", length=0)
    for axes in panels.flat[len(quantities) :]:
        axes.set_visible(False)
    for axes in panels[:, 0]:
        axes.set_yticks(range(len(models)), models)
        axes.set_ylim(len(models) - 0.4, -0.6)


def _draw_ranges(axes: Axes, rows: pd.DataFrame, heights: np.ndarray) -> None:
    """Draw the published range, spread and mean of every row, and our range and mean below."""
    above, below = heights - 0.17, heights + 0.17
    mean, spread = rows["published_mean"], rows["published_std"].fillna(0)
    axes.hlines(above, rows["published_min"], rows["published_max"], color=PUBLISHED, lw=0.8)
    axes.hlines(above, mean - spread, mean + spread, color=PUBLISHED, lw=3)
    axes.scatter(mean, above, marker="|", s=22, color="black", linewidth=0.8, zorder=3)
    edges, faces, _ = zip(*(VERDICTS[verdict] for verdict in rows["verdict"]), strict=True)
    axes.hlines(below, rows["own_min"], rows["own_max"], color=edges, lw=0.8)
    axes.scatter(
        rows["own_mean"], below, s=11, facecolor=faces, edgecolor=edges, linewidth=0.7, zorder=3
    )


def _draw_curves(part: SubFigure, group: pd.DataFrame) -> None:
    """Draw a row of panels a model: a quantity each, over the epochs."""
    split = group["quantity"].str.extract(r"^(?P<name>.+), epoch (?P<epoch>\d+)$")
    group = group.assign(name=split["name"], epoch=split["epoch"].astype(int))
    models, names = (list(dict.fromkeys(group[key])) for key in ("model", "name"))
    panels = part.subplots(len(models), len(names), sharex="row", squeeze=False)
    for row, model in enumerate(models):
        for axes, name in zip(panels[row], names, strict=True):
            cells = group[(group["model"] == model) & (group["name"] == name)].sort_values("epoch")
            edges, faces, _ = zip(*(VERDICTS[verdict] for verdict in cells["verdict"]), strict=True)
            axes.plot(cells["epoch"], cells["published_mean"], color=PUBLISHED, marker=".")
            axes.plot(cells["epoch"], cells["own_mean"], color=palette.BLUE, linewidth=0.6)
            axes.scatter(
                cells["epoch"],
                cells["own_mean"],
                s=11,
                facecolor=faces,
                edgecolor=edges,
                linewidth=0.7,
                zorder=3,
            )
            axes.set_title(f"{model}:\n{quantity_name(name)}", loc="left", fontsize=style.SMALL)
            axes.xaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
            axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
            axes.tick_params(labelsize=style.SMALL)
    for axes in panels[-1]:
        axes.set_xlabel("Epoch", fontsize=style.SMALL)


def _legend(verdicts: Sequence[str]) -> Iterator[Line2D]:
    yield Line2D([], [], color=PUBLISHED, lw=0.8, label="published range")
    yield Line2D(
        [], [], color=PUBLISHED, lw=3, marker="|", mec="black", ms=6, label="published mean ± std"
    )
    meanings = {VERDICTS[verdict] for verdict in VERDICTS if verdict in verdicts}
    for edge, face, meaning in sorted(meanings, key=list(VERDICTS.values()).index):
        yield Line2D([], [], color=edge, mfc=face, marker="o", lw=0.8, ms=3.5, label=meaning)
