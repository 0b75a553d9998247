"""What a drawn figure holds."""

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch


def scattered(axes):
    """Collections of scattered points that hold any."""
    found = [c for c in axes.collections if isinstance(c, PathCollection)]
    return [c for c in found if len(c.get_offsets())]


def points(axes):
    """Positions and face colours of every scattered point of a panel."""
    offsets = [np.asarray(c.get_offsets()) for c in scattered(axes)]
    colours = [
        to_hex(colour)
        for c, at in zip(scattered(axes), offsets, strict=True)
        for colour in np.broadcast_to(c.get_facecolors(), (len(at), 4))
    ]
    return np.concatenate(offsets), colours


def texts(figure):
    """Every text of a figure."""
    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))]


def line_points(axes, marker):
    """Points of all lines with a marker, in data coordinates."""
    lines = [line for line in axes.lines if line.get_marker() == marker]
    return np.concatenate([line.get_xydata() for line in lines])


def tick_names(axis):
    """First words of an axis's tick labels."""
    return [text.get_text().split()[0] for text in axis.get_ticklabels()]


def texts_at(axes):
    """Texts of a panel by the whole numbers that they stand at."""
    return {tuple(np.round(text.get_position()).astype(int)): text for text in axes.texts}


def arrows(axes):
    """Arrows of a panel by their names."""
    return {patch.get_gid(): patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)}
