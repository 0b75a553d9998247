"""The N-cuts of untrained networks."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from nn_modularity import palette
from nn_modularity.clustering.results import Initialisation
from nn_modularity.figures.parts import densities, style


@dataclass(frozen=True, eq=False)
class Untrained:
    """N-cuts of untrained networks, (n_networks,) float64; no data went into them."""

    subject: str
    ncuts: np.ndarray
    data_complete: tuple[bool, ...] = ()


def read(inputs: Mapping[str, str], subject: str) -> Untrained:
    """Read the N-cuts from their file, ``ncuts``."""
    return Untrained(subject, Initialisation.read(inputs["ncuts"]).ncuts)


def draw(untrained: Untrained) -> Figure:
    """Draw the N-cuts as histogram and density, a dashed line at their mean."""
    ncuts = untrained.ncuts
    figure = style.figure(untrained.subject, style.COLUMN, 2.3)
    axes = figure.subplots()
    densities.histogram(axes, ncuts, np.histogram_bin_edges(ncuts, bins=25), palette.GREY)
    axes.axvline(ncuts.mean(), color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set(xlabel=f"N-cut of {ncuts.size} untrained networks", ylabel="Density")
    spread = f", standard deviation {ncuts.std(ddof=1):.4f}" if ncuts.size > 1 else ""
    style.panel_title(axes, f"mean {ncuts.mean():.4f}{spread}")
    return figure
