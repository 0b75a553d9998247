"""Eigenvalues of the normalised Laplacian of networks, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from nn_modularity import palette
from nn_modularity.clustering import embeddings
from nn_modularity.clustering.embeddings import Graph
from nn_modularity.figures.parts import drawings, style
from nn_modularity.figures.parts.drawings import Drawing

COLOURS = {
    stage: palette.REGIMES[is_pruned, False][1]
    for stage, is_pruned in (("unpruned", False), ("pruned", True))
}
WHOLE = 3000
"""Neurons up to which all eigenvalues are found, which takes seconds then."""
BEYOND = 12
"""How many eigenvalues are shown beyond the K that make the embedding."""


@dataclass(frozen=True, eq=False)
class Spectra:
    """Eigenvalues of one model's networks.

    Attributes
    ----------
    subject : str
        As the figure's heading says it.
    by_stage : mapping of stage → (n,) float64
        Eigenvalues of the symmetric normalised Laplacian, isolated neurons left out, ascending: of
        up to `WHOLE` neurons all, else the K + `BEYOND` smallest.
    k : int
        Number of clusters: so many eigenvectors make the embedding.
    data_complete : tuple of bool
    """

    subject: str
    by_stage: Mapping[str, np.ndarray]
    k: int
    data_complete: tuple[bool, ...] = (True,)


def read(
    inputs: Mapping[str, Any],
    subject: str,
    stages: Sequence[str],
    k: int,
    graph: Mapping[str, str],
) -> Spectra:
    """Read one model's networks, see `drawings.read`, and find their eigenvalues."""
    return spectra_of(drawings.read(inputs, subject, stages, k, graph))


def spectra_of(drawing: Drawing) -> Spectra:
    """Find the eigenvalues of every network: all, or the smallest of a large one."""
    return Spectra(
        subject=drawing.subject,
        by_stage={
            network.title: _eigenvalues(network.graph, drawing.k) for network in drawing.networks
        },
        k=drawing.k,
        data_complete=drawing.data_complete,
    )


def _eigenvalues(graph: Graph, k: int) -> np.ndarray:
    n_neurons = int(np.count_nonzero(~graph.isolated))
    if n_neurons <= WHOLE:
        return embeddings.spectrum(graph)
    return embeddings.embedding(graph, min(k + BEYOND, n_neurons))[1]


def draw(spectra: Spectra) -> Figure:
    """Draw whole spectra above, the smallest eigenvalues below; a column a network.

    Up to K they are filled, those beyond are open. Of large networks there are the smallest alone.
    """
    by_stage, k = spectra.by_stage, spectra.k
    figure = style.figure(spectra.subject, style.PAGE if len(by_stage) > 1 else style.COLUMN, 3.8)
    panels = figure.subplots(2, len(by_stage), sharey="row", squeeze=False)
    for (whole, first), (stage, values) in zip(panels.T, by_stage.items(), strict=True):
        colour = COLOURS.get(stage, palette.BLUE)
        number = np.arange(1, values.size + 1)
        size = 2 if values.size > 100 else 4
        look = {"color": colour, "markersize": size, "markeredgewidth": 0}
        whole.plot(number, values, "o", rasterized=values.size > style.MANY, **look)
        whole.set(ylim=(-0.06, 2.06), xlim=(-0.02 * values.size, 1.02 * values.size))
        which = "all" if values.max(initial=0) > 1 else "the smallest"  # the mean of all is 1
        whole.set_title(f"{stage}, {which} {values.size}", loc="left")
        few = slice(0, min(k + BEYOND, values.size))
        first.plot(number[few], values[few], color=colour, linewidth=0.6, alpha=0.6)
        for part, face in ((slice(0, k), colour), (slice(k, few.stop), "white")):
            first.plot(number[part], values[part], "o", color=colour, markerfacecolor=face)
        first.axvline(k + 0.5, color="black", linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
        first.set_title(f"{stage}, the smallest {few.stop}", loc="left")
        first.xaxis.get_major_locator().set_params(integer=True)
        first.set_xlabel("Number of the eigenvalue")
    for axes in panels[:, 0]:
        axes.set_ylabel("Eigenvalue")
    return figure
