"""The N-cuts of shuffled networks beside the networks' own."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures.parts import densities, nulls, style
from nn_modularity.figures.parts.nulls import NullStudy

read = nulls.read


def draw(shown: NullStudy) -> Figure:
    """Draw a panel a network: histograms and densities of the nulls, a line at the true N-cut.

    Columns are datasets, rows regimes; all axes are shared.
    """
    networks, tags, regimes = shown.networks, shown.tags, shown.regimes
    figure = style.figure(shown.subject, style.PAGE, 0.5 + 1.6 * len(regimes))
    panels = figure.subplots(len(regimes), len(tags), sharex=True, sharey=True, squeeze=False)
    everything = np.concatenate([values for n in networks for values in n.ncuts.values()])
    bins = np.histogram_bin_edges(everything, bins=40)
    for axes in panels.flat:
        axes.set_visible(False)  # until a network is drawn there
    for network in networks:
        axes = panels[regimes.index(network.regime), tags.index(network.tag)]
        axes.set_visible(True)
        for shuffle, values in network.ncuts.items():
            densities.histogram(axes, values, bins, palette.SHUFFLES[shuffle])
        axes.axvline(network.ncut, color="black", linewidth=1.2)
        style.panel_title(axes, f"{network.tag}, {network.regime}")
    style.legend_above(
        figure,
        [*nulls.patches(shown.shuffles), Line2D([], [], color="black", label="the network itself")],
    )
    style.label_lowest(panels)
    figure.supxlabel("N-cut")
    figure.supylabel("Density")
    return figure
