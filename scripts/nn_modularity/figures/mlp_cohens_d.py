"""The effect size between the two null models, Cohen's d, of every instance."""

import numpy as np
from matplotlib.figure import Figure

from nn_modularity.errors import StudyError
from nn_modularity.figures.parts import points, style, tables
from nn_modularity.figures.parts.tables import Table

read = tables.read


def draw(drawn: Table) -> Figure:
    """Draw the effect size between the two null models, Cohen's d, of every instance.

    Parameters
    ----------
    drawn : Table
        A row an instance and stage: ``model, is_unpruned, dropout, cohens_d``. Where both null
        models are frozen d is not finite, and there is nothing to draw.
    """
    table = drawn.rows
    if "cohens_d" not in table:
        raise StudyError(
            "Cohen's d: found no column cohens_d in the stability table, expected it; "
            "ask for both null models in analyses.mlp_clustering_stability.shuffles"
        )
    table = table[np.isfinite(table["cohens_d"])]
    if table.empty:
        return style.nothing_to_draw(
            drawn.subject, "All null models are frozen: Cohen's d is nowhere finite."
        )
    regimes = style.regimes_of(table)
    shown = [name for name in style.REGIMES if (regimes == name).any()]
    tags = table["model"].str.removesuffix("+DROPOUT")
    rows = {tag: row for row, tag in enumerate(dict.fromkeys(tags))}
    figure = style.figure(drawn.subject, style.PAGE, 0.9 + 0.2 * len(rows))
    panels = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
    for axes, regime in zip(panels, shown, strict=True):
        colour = style.REGIMES[regime]
        axes.axvline(0, color="#BBBBBB", linewidth=0.6, zorder=0)
        of_regime = table[regimes == regime]
        for tag, of_tag in of_regime.groupby(tags, sort=False):
            values = of_tag["cohens_d"].to_numpy(float)
            axes.scatter(
                values,
                rows[tag] + points.spread(values.size),
                s=9,
                color=colour,
                alpha=0.55,
                linewidth=0,
            )
            axes.scatter(
                values.mean(), rows[tag], s=26, marker="D", color=colour, edgecolor="black", lw=0.6
            )
        axes.grid(axis="y")
        style.panel_title(axes, regime)
    panels[0].set_yticks(list(rows.values()), list(rows))
    panels[0].set_ylim(len(rows) - 0.4, -0.6)
    figure.supxlabel("Cohen's d: all weights shuffled − non-zero weights shuffled")
    return figure
