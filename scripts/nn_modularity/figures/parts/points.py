"""Points in rows, and their entries in a legend."""

import numpy as np
from matplotlib.lines import Line2D

SWARM = 0.32
"""Height that the points of one row are spread over, in rows."""


def dot(label: str, color: str, marker: str) -> Line2D:
    """Return a legend entry with one mark."""
    return Line2D([], [], color=color, marker=marker, linestyle="", markersize=4.5, label=label)


def spread(n: int) -> np.ndarray:
    """(n,) offsets that keep the points of one row apart, the same at every run."""
    return SWARM * ((np.arange(n) * 0.618034) % 1 - 0.5) if n > 1 else np.zeros(n)
