"""A network's report: what was clustered, and into what; then all drawings of it."""

import numpy as np
from matplotlib.figure import Figure

from nn_modularity.figures import cluster_graph, clustered_network, eigenvalues
from nn_modularity.figures.parts import drawings, style
from nn_modularity.figures.parts.drawings import ClusteredNetwork, Drawing, layer_names
from nn_modularity.networks.labelling import ISOLATED

read = drawings.read


def pages(drawing: Drawing) -> list[Figure]:
    """Draw the report page by page."""
    return [
        overview(drawing),
        clustered_network.draw(drawing),
        cluster_graph.draw(drawing),
        eigenvalues.draw(eigenvalues.spectra_of(drawing)),
    ]


def overview(drawing: Drawing) -> Figure:
    """Tabulate the metrics of networks and the sizes of their sub-modules, one below the other."""
    k, networks = drawing.k, drawing.networks
    names = layer_names(len(networks[0].graph.widths))
    figure = style.figure(drawing.subject, style.PAGE, (0.45 + 0.16 * (k + 2)) * len(networks))
    for axes, network in zip(
        figure.subplots(len(networks), squeeze=False)[:, 0], networks, strict=True
    ):
        axes.set_axis_off()
        sizes = submodule_sizes(network, k)
        table = axes.table(
            [[f"{size}" if size else "–" for size in row] for row in sizes],
            rowLabels=[*(f"cluster {label}" for label in range(k)), "isolated"],
            colLabels=names,
            cellLoc="right",
            colLoc="right",
            bbox=(0, 0, 1, 1),
            edges="horizontal",
        )
        table.auto_set_font_size(False)
        table.set_fontsize(7)
        for cell in table.get_celld().values():
            cell.set_linewidth(0.3)
        axes.set_title(
            f"{network.title}: {network.units} by layer and cluster\n{metrics_line(network)}",
            loc="left",
            fontsize=7,
        )
    return figure


def submodule_sizes(network: ClusteredNetwork, k: int) -> np.ndarray:
    """(k + 1, n_layers) int, neurons by cluster (isolated ones last) and layer."""
    by_layer, labels = network.labelling.by_layer, [*range(k), ISOLATED]
    return np.array([[int((part == label).sum()) for part in by_layer] for label in labels])


def metrics_line(network: ClusteredNetwork) -> str:
    """Names and values of a network's metrics in one line."""
    return " · ".join(network.metric_texts)
