"""What the clustering tables say: N-cut and accuracy, null models' distance, p-values."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.errors import StudyError
from nn_modularity.figures import style

SWARM = 0.32
"""Height that the instances of one row are spread over, in rows."""


def ncut_and_accuracy(table: pd.DataFrame) -> Figure:
    """Draw the N-cut of every instance against its test accuracy.

    Parameters
    ----------
    table : DataFrame
        A row an instance and stage: ``model, is_unpruned, dropout, ncut, test_acc``.
    """
    figure = style.figure(style.PAGE, 4.0)
    axes = figure.subplots()
    regimes = style.regimes_of(table)
    datasets = table["model"].map(style.base_dataset)
    markers = style.markers(dict.fromkeys(datasets))
    for regime, colour in style.REGIMES.items():
        for dataset, marker in markers.items():
            rows = table[(regimes == regime) & (datasets == dataset)]
            axes.scatter(
                rows["ncut"],
                rows["test_acc"],
                s=22,
                marker=marker,
                color=colour,
                alpha=0.85,
                edgecolor="white",
                linewidth=0.4,
            )
    axes.set(xlabel="N-cut", ylabel="Test accuracy", ylim=(0, 1.03))
    axes.margins(x=0.04)
    shown = [name for name in style.REGIMES if (regimes == name).any()]
    handles = [
        style.Heading("Training"),
        *(_dot(name, color=style.REGIMES[name], marker="o") for name in shown),
        style.Heading(""),
        style.Heading("Dataset"),
        *(_dot(name, color="#555555", marker=marker) for name, marker in markers.items()),
    ]
    style.legend_right(figure, handles)
    return figure


def cohens_d(table: pd.DataFrame) -> Figure:
    """Draw the effect size between the two null models, Cohen's d, of every instance.

    Parameters
    ----------
    table : DataFrame
        A row an instance and stage: ``model, is_unpruned, dropout, cohens_d``. Where both null
        models are frozen d is not finite, and there is nothing to draw.
    """
    if "cohens_d" not in table:
        raise StudyError(
            "Cohen's d: found no column cohens_d in the stability table, expected it; "
            "ask for both null models in analyses.mlp_clustering_stability.shuffles"
        )
    table = table[np.isfinite(table["cohens_d"])]
    if table.empty:
        return style.nothing_to_draw("All null models are frozen: Cohen's d is nowhere finite.")
    regimes = style.regimes_of(table)
    shown = [name for name in style.REGIMES if (regimes == name).any()]
    tags = table["model"].str.removesuffix("+DROPOUT")
    rows = {tag: row for row, tag in enumerate(dict.fromkeys(tags))}
    figure = style.figure(style.PAGE, 0.9 + 0.2 * len(rows))
    panels = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
    for axes, regime in zip(panels, shown, strict=True):
        colour = style.REGIMES[regime]
        axes.axvline(0, color="#BBBBBB", linewidth=0.6, zorder=0)
        of_regime = table[regimes == regime]
        for tag, of_tag in of_regime.groupby(tags, sort=False):
            values = of_tag["cohens_d"].to_numpy(float)
            axes.scatter(
                values,
                rows[tag] + _spread(values.size),
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


def p_values(table: pd.DataFrame) -> Figure:
    """Draw the p-value of every model under every null model, with its confidence interval.

    Parameters
    ----------
    table : DataFrame
        A row a model, stage and null model: ``model, is_unpruned, shuffle_method, n_samples,
        pvalue, pvalue_low, pvalue_high``.
    """
    models = list(dict.fromkeys(table["model"]))
    shuffles = [name for name in palette.SHUFFLES if (table["shuffle_method"] == name).any()]
    stages = [flag for flag in (True, False) if (table["is_unpruned"] == flag).any()]
    figure = style.figure(style.PAGE, 1.2 + (0.1 + 0.045 * len(shuffles)) * len(models))
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
        [_dot(style.SHUFFLE_NAMES[name], palette.SHUFFLES[name], "o") for name in shuffles]
        + [Line2D([], [], color="black", lw=0.6, ls=(0, (4, 3)), label="p = 0.05")],
        columns=3,
    )
    return figure


def _dot(label: str, color: str, marker: str) -> Line2D:
    return Line2D([], [], color=color, marker=marker, linestyle="", markersize=4.5, label=label)


def _spread(n: int) -> np.ndarray:
    """(n,) offsets that keep the points of one row apart, the same at every run."""
    return SWARM * ((np.arange(n) * 0.618034) % 1 - 0.5) if n > 1 else np.zeros(n)
