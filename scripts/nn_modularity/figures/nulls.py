"""Distributions of N-cuts: of shuffled networks, and of untrained ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy import stats

from nn_modularity import palette
from nn_modularity.figures import style

SIDES = {"layer": "low", "layer_nonzero": "high"}
"""Which half of a violin a null model is drawn in."""


@dataclass(frozen=True)
class NullDistributions:
    """One network's N-cut beside those of its shuffled versions.

    Attributes
    ----------
    model : str
    instance : int
    regime : str
        One of `style.REGIMES`.
    ncut : float
    ncuts : mapping of null model → (n_shuffles,) float64
    """

    model: str
    instance: int
    regime: str
    ncut: float
    ncuts: Mapping[str, np.ndarray]

    @property
    def tag(self) -> str:
        """The model's tag without its regime."""
        return self.model.removesuffix("+DROPOUT")


def null_distributions(networks: Sequence[NullDistributions]) -> Figure:
    """Draw a panel a network: histograms and densities of the nulls, a line at the true N-cut.

    Columns are datasets, rows regimes; all axes are shared.
    """
    tags = list(dict.fromkeys(network.tag for network in networks))
    regimes = [name for name in style.REGIMES if any(n.regime == name for n in networks)]
    figure = style.figure(style.PAGE, 0.8 + 1.6 * len(regimes))
    panels = figure.subplots(len(regimes), len(tags), sharex=True, sharey=True, squeeze=False)
    everything = np.concatenate([values for n in networks for values in n.ncuts.values()])
    bins = np.histogram_bin_edges(everything, bins=40)
    for axes in panels.flat:
        axes.set_visible(False)  # until a network is drawn there
    for network in networks:
        axes = panels[regimes.index(network.regime), tags.index(network.tag)]
        axes.set_visible(True)
        for shuffle, values in network.ncuts.items():
            _histogram(axes, values, bins, palette.SHUFFLES[shuffle])
        axes.axvline(network.ncut, color="black", linewidth=1.2)
        style.panel_title(axes, f"{network.tag}, {network.regime}")
    shuffles = dict.fromkeys(shuffle for network in networks for shuffle in network.ncuts)
    style.legend_above(
        figure,
        [*_patches(shuffles), Line2D([], [], color="black", label="the network itself")],
    )
    style.label_lowest(panels)
    figure.supxlabel("N-cut")
    figure.supylabel("Density")
    return figure


def violins(networks: Sequence[NullDistributions]) -> Figure:
    """Draw a split violin an instance: the two nulls' N-cuts, a cross at the network's own.

    Rows are models, columns regimes. Every panel has its own N-cut axis: what counts is where
    the cross lies in its violin, and shared axes would flatten the violins.
    """
    tags = list(dict.fromkeys(network.tag for network in networks))
    regimes = [name for name in style.REGIMES if any(n.regime == name for n in networks)]
    figure = style.figure(style.PAGE, 0.9 + 0.85 * len(tags))
    panels = figure.subplots(len(tags), len(regimes), sharex=True, squeeze=False)
    for row, tag in enumerate(tags):
        for column, regime in enumerate(regimes):
            shown = [n for n in networks if n.tag == tag and n.regime == regime]
            _violin_panel(panels[row, column], tag, shown)
    for axes, regime in zip(panels[0], regimes, strict=True):
        above = {"xytext": (0, 15), "textcoords": "offset points", "fontweight": "bold"}
        axes.annotate(regime, (0, 1), xycoords="axes fraction", **above)
    instances = sorted({network.instance for network in networks})
    panels[0, 0].set_xticks(instances)
    panels[0, 0].set_xlim(instances[0] - 0.7, instances[-1] + 0.7)
    shuffles = dict.fromkeys(shuffle for network in networks for shuffle in network.ncuts)
    cross = Line2D([], [], color="black", marker="x", ls="", ms=4.5, label="the network itself")
    style.legend_above(figure, [*_patches(shuffles), cross])
    style.label_lowest(panels)
    figure.supxlabel("Instance")
    figure.supylabel("N-cut")
    return figure


def random_initialisation(ncuts: np.ndarray) -> Figure:
    """Draw the N-cuts of untrained networks as histogram and density.

    ncuts : (n_networks,) float64.
    """
    figure = style.figure(style.COLUMN, 2.3)
    axes = figure.subplots()
    _histogram(axes, ncuts, np.histogram_bin_edges(ncuts, bins=25), palette.GREY)
    axes.axvline(ncuts.mean(), color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set(xlabel=f"N-cut of {ncuts.size} untrained networks", ylabel="Density")
    spread = f", standard deviation {ncuts.std(ddof=1):.4f}" if ncuts.size > 1 else ""
    style.panel_title(axes, f"mean {ncuts.mean():.4f}{spread}")
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


def _histogram(axes: Axes, values: np.ndarray, bins: np.ndarray, colour: str) -> None:
    axes.hist(values, bins, density=True, color=colour, alpha=0.35, edgecolor="none")
    if np.ptp(values) > 0:
        low, high = values.min(), values.max()
        margin = 0.15 * (high - low)
        at = np.linspace(low - margin, high + margin, 1000)
        axes.plot(at, _density(values, bins[1] - bins[0])(at), color=colour)


def _density(values: np.ndarray, bin_width: float) -> stats.gaussian_kde:
    """Kernel density estimate as wide as Silverman's rule has it, but no finer than the bars.

    The rule takes the quartiles, so that a few shuffles far away don't smear the bulk.
    """
    deviation = values.std(ddof=1)
    spread = min(deviation, stats.iqr(values) / 1.34)
    width = max(0.9 * spread * values.size**-0.2, bin_width / 2)
    return stats.gaussian_kde(values, width / deviation)


def _patches(shuffles) -> list[Patch]:
    return [
        Patch(facecolor=palette.SHUFFLES[name], alpha=0.7, label=style.SHUFFLE_NAMES[name])
        for name in shuffles
    ]
