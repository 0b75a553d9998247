"""The p-value of every model under every null model, with its confidence interval."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures.parts import points, style, tables
from nn_modularity.figures.parts.tables import Table

read = tables.read


def draw(drawn: Table) -> Figure:
    """Draw the p-value of every model under every null model, with its confidence interval.

    Parameters
    ----------
    drawn : Table
        A row a model, stage and null model: ``model, is_unpruned, shuffle_method, n_samples,
        pvalue, pvalue_low, pvalue_high``.
    """
    table = drawn.rows
    models = list(dict.fromkeys(table["model"]))
    shuffles = [name for name in palette.SHUFFLES if (table["shuffle_method"] == name).any()]
    stages = [flag for flag in (True, False) if (table["is_unpruned"] == flag).any()]
    figure = style.figure(
        drawn.subject, style.PAGE, 0.75 + (0.1 + 0.045 * len(shuffles)) * len(models)
    )
    panels = figure.subplots(1, len(stages), sharex=True, sharey=True, squeeze=False)[0]
    offsets = np.linspace(-0.3, 0.3, len(shuffles)) if len(shuffles) > 1 else [0.0]
    smallest = 1 / (table["n_samples"].max() + 1)
    for axes, is_unpruned in zip(panels, stages, strict=True):
        for shuffle, offset in zip(shuffles, offsets, strict=True):
            rows = table[
                (table["is_unpruned"] == is_unpruned) & (table["shuffle_method"] == shuffle)
            ]
            heights = rows["model"].map(models.index) + offset
            colour = palette.SHUFFLES[shuffle]
            low = rows["pvalue_low"].clip(lower=smallest / 3)
            axes.hlines(heights, low, rows["pvalue_high"], color=colour, linewidth=0.8, alpha=0.6)
            axes.scatter(rows["pvalue"], heights, s=11, color=colour, linewidth=0, zorder=3)
        axes.axvline(0.05, color="black", linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
        for line in np.arange(len(models) - 1) + 0.5:
            axes.axhline(line, color="#EEEEEE", linewidth=0.5, zorder=0)
        axes.set(xscale="log", xlim=(smallest / 3, 1.3))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.tick_params(axis="y", length=0)
        style.panel_title(axes, "unpruned" if is_unpruned else "pruned")
    panels[0].set_yticks(range(len(models)), models)
    panels[0].set_ylim(len(models) - 0.5, -0.5)
    figure.supxlabel("p-value, with 95 % confidence interval")
    style.legend_above(
        figure,
        [points.dot(style.SHUFFLE_NAMES[name], palette.SHUFFLES[name], "o") for name in shuffles]
        + [Line2D([], [], color="black", lw=0.6, ls=(0, (4, 3)), label="p = 0.05")],
    )
    return figure
