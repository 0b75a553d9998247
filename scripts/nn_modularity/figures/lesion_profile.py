"""Accuracies by class of images: a panel a layer, a line a sub-module."""

from matplotlib.figure import Figure

from nn_modularity import palette
from nn_modularity.figures.parts import profiles, single_tests, style, submodules
from nn_modularity.figures.parts.single_tests import LABEL, SingleTest

read = single_tests.read


def draw(test: SingleTest) -> Figure:
    """Accuracy by class of images: a panel a layer, a line a sub-module."""
    table, accuracies = test.table, test.accuracies
    layers = sorted(table.layer.unique())
    figure = style.figure(style.PAGE, 0.4 + 1.7 * len(layers))
    panels = figure.subplots(len(layers), 1, sharex=True, sharey=True, squeeze=False).ravel()
    n_classes = len(accuracies.intact) - 1
    for axes, layer in zip(panels, layers, strict=True):
        whole = {"color": "black", "linestyle": "--", "linewidth": 0.8, "markersize": 2}
        profiles.draw_profile(axes, accuracies.intact, label="intact network", **whole)
        for row in submodules.ordered(table):
            submodule = table.iloc[row]
            if submodule.layer == layer:
                is_important = submodule.taxonomy == submodules.IMPORTANT
                profiles.draw_profile(
                    axes,
                    accuracies.true[row],
                    color=palette.CLUSTERS[submodule.label % len(palette.CLUSTERS)],
                    linewidth=1.8 if is_important else 0.8,
                    markersize=4 if is_important else 2,
                    label=f"{layer}-{submodule.label} {submodules.spelt(submodule.taxonomy)}",
                )
        style.panel_title(axes, f"Layer {layer}")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), labelspacing=0.2)
        profiles.label_classes(axes, n_classes, step=1)
    panels[0].set_ylim(profiles.range_of(accuracies.true, accuracies.intact))
    panels[-1].set_xlabel("Class of images")
    figure.supylabel(LABEL, fontsize=8)
    return figure
