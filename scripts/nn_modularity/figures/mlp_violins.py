"""The N-cuts of every instance and of its shuffled versions."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures.parts import nulls, style
from nn_modularity.figures.parts.nulls import NullDistributions, NullStudy
from nn_modularity.vocabulary import COMPARED_SHUFFLES

SIDES: dict[str, str] = dict(zip(COMPARED_SHUFFLES, ("low", "high"), strict=True))
"""Which half of a violin a null model is drawn in."""


read = nulls.read


def draw(shown: NullStudy) -> Figure:
    """Draw a split violin an instance: the two nulls' N-cuts, a cross at the network's own.

    Rows are models, columns regimes. Every panel has its own N-cut axis: what counts is where
    the cross lies in its violin, and shared axes would flatten the violins.
    """
    networks, tags, regimes = shown.networks, shown.tags, shown.regimes
    figure = style.figure(shown.subject, style.PAGE, 0.65 + 0.85 * len(tags))
    panels = figure.subplots(len(tags), len(regimes), sharex=True, squeeze=False)
    for row, tag in enumerate(tags):
        for column, regime in enumerate(regimes):
            of_panel = [n for n in networks if n.tag == tag and n.regime == regime]
            _violin_panel(panels[row, column], tag, of_panel)
    for axes, regime in zip(panels[0], regimes, strict=True):
        above = {"xytext": (0, 15), "textcoords": "offset points", "fontweight": "bold"}
        axes.annotate(regime, (0, 1), xycoords="axes fraction", **above)
    instances = sorted({network.instance for network in networks})
    panels[0, 0].set_xticks(instances)
    panels[0, 0].set_xlim(instances[0] - 0.7, instances[-1] + 0.7)
    cross = Line2D([], [], color="black", marker="x", ls="", ms=4.5, label="the network itself")
    style.legend_above(figure, [*nulls.patches(shown.shuffles), cross])
    style.label_lowest(panels)
    figure.supxlabel("Instance")
    figure.supylabel("N-cut")
    return figure


def _violin_panel(axes: Axes, tag: str, networks: Sequence[NullDistributions]) -> None:
    if not networks:
        axes.set_axis_off()
        return
    axes.set_title(tag, loc="left", fontsize=style.SMALL, pad=3)
    for network in networks:
        for shuffle, values in network.ncuts.items():
            parts = axes.violinplot(
                [values],
                [network.instance],
                widths=0.9,
                showextrema=False,
                side=SIDES.get(shuffle, "both"),
            )
            parts["bodies"][0].set(facecolor=palette.SHUFFLES[shuffle], alpha=0.7, linewidth=0)
    axes.scatter(
        [network.instance for network in networks],
        [network.ncut for network in networks],
        marker="x",
        s=14,
        color="black",
        linewidth=0.9,
        zorder=3,
    )
    axes.margins(y=0.1)
    axes.locator_params(axis="y", nbins=3)
    axes.tick_params(labelsize=style.SMALL)
    axes.ticklabel_format(axis="y", useOffset=False)
