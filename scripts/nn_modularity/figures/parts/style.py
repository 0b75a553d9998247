"""The style sheet of all figures, and how a figure is saved.

Importing this module applies the sheet. Figures are made with `figure`, without pyplot: no window
system is asked for, and nothing outlives the figure.
"""

import logging
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation, Transform

from nn_modularity import files, palette
from nn_modularity.vocabulary import SHUFFLES

matplotlib.use("Agg")

COLUMN = 3.5
"""Width of a journal's column in inches."""
PAGE = 7.2
"""Width of a journal's page in inches."""

DPI = 300
SMALL = 6.5
"""Font size of notes and of crowded tick labels."""
MANY = 500
"""Number of points or lines from which an SVG holds them as a picture."""
HEADING = 0.2
"""Height of the line above all panels in inches."""

SHEET = {
    "figure.dpi": 100,
    "savefig.dpi": DPI,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "figure.titlesize": 9,
    "figure.labelsize": 8,
    "mathtext.fontset": "dejavusans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=list(palette.CLUSTERS)),
    "axes.grid": False,
    "grid.linewidth": 0.4,
    "grid.color": "#DDDDDD",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "patch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.handlelength": 2.0,
    "legend.borderaxespad": 0.2,
    "figure.constrained_layout.h_pad": 0.04,
    "figure.constrained_layout.w_pad": 0.04,
    # Text stays text, and the same figure gives the same bytes.
    "svg.fonttype": "none",
    "svg.hashsalt": "nn-modularity",
    "pdf.fonttype": 42,
}

matplotlib.rcdefaults()  # whatever a matplotlibrc of the user's says
matplotlib.rcParams.update(SHEET)
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table it cuts down

REGIMES = {name: colour for name, colour in palette.REGIMES.values()}
"""Colour of every training regime, by its name."""

SHUFFLE_NAMES: dict[str, str] = dict(
    zip(
        SHUFFLES,
        (
            "all weights shuffled",
            "non-zero weights shuffled",
            "non-zero weights redrawn",
            "shuffled and redrawn",
        ),
        strict=True,
    )
)
"""What a null model does, in a few words."""


def figure(subject: str, width: float = PAGE, height: float = 3.0) -> Figure:
    """Return a figure without panels, with constrained layout.

    Parameters
    ----------
    subject : str
        What is shown, written above all: a model, the number of clusters.
    width, height : float
        Inches of the panels and their labels; the figure grows with what is written around them.
    """
    target = Figure(figsize=(width, height), layout="constrained")
    look = {"fontsize": SHEET["figure.titlesize"], "fontweight": "bold", "va": "top"}
    target.text(0.04, -0.04, subject, transform=_from_top(target), **look)
    _grow(target, top=HEADING)
    return target


def nothing_to_draw(subject: str, text: str) -> Figure:
    """Return a figure that only says why it is empty."""
    empty = figure(subject, COLUMN, 0.5)
    empty.text(0.5, 0.5, text, ha="center", va="center")
    return empty


def regime(is_pruned: bool, has_dropout: bool) -> str:
    """Name of a training regime."""
    return palette.REGIMES[bool(is_pruned), bool(has_dropout)][0]


def regimes_of(table: pd.DataFrame) -> pd.Series:
    """Name of the training regime of every row, from ``is_unpruned`` and ``dropout``."""
    flags = zip(~table["is_unpruned"].astype(bool), table["dropout"].astype(float) > 0, strict=True)
    return pd.Series([regime(*pair) for pair in flags], index=table.index, dtype=object)


def base_dataset(model: str) -> str:
    """What a model was trained on, from its tag: ``MNIST-x2-EPOCHS+DROPOUT`` → ``MNIST``."""
    tag = model.removeprefix("CNN-").removesuffix("+DROPOUT")
    for ending in ("-EPOCHS", "-OVERFITTING"):
        if tag.endswith(ending):
            tag = tag.removesuffix(ending).rpartition("-x")[0] or tag.removesuffix(ending)
    return tag


def markers(names: Iterable[str]) -> dict[str, str]:
    """A marker for every name: the palette's where it has one, else one of the rest."""
    rest = iter("vPp<>*dH8" * 10)
    return {name: palette.DATASET_MARKERS.get(name) or next(rest) for name in names}


def note(target: Figure, text: str) -> None:
    """Write a small note below everything in the figure, in lines as long as it is wide."""
    lines = textwrap.wrap(text, int(target.get_figwidth() * 72 / (0.56 * SMALL)))
    line = SMALL / 72
    height = (1 + 1.2 * len(lines)) * line
    # The layout leaves a label of the whole figure at the very bottom, so it is moved up by hand.
    label = target.get_supxlabel()
    _grow(target, bottom=height + (2.2 * line if label else 0))
    if label:
        target.supxlabel(label, y=(height + 0.5 * line) / target.get_figheight())
    look = {"fontsize": SMALL, "color": palette.VERMILION, "va": "bottom"}
    target.text(0.04, 0.7 * line, "\n".join(lines), transform=target.dpi_scale_trans, **look)


class Heading(Line2D):
    """A legend entry without a mark: the heading of the entries below it."""

    def __init__(self, text: str) -> None:
        super().__init__([], [], linestyle="", label=text)


def legend_right(target: Figure, handles: Sequence) -> Legend:
    """Put a legend to the right of all panels."""
    legend = target.legend(handles=handles, loc="outside right upper")
    for handle, text in zip(handles, legend.get_texts(), strict=True):
        if isinstance(handle, Heading):
            text.set_fontweight("bold")
    return legend


def legend_above(target: Figure, handles: Sequence, title: str | None = None) -> Legend:
    """Put a legend between the heading and the panels, in as many columns as there is room for."""
    for columns in range(len(handles), 0, -1):
        legend = target.legend(
            handles=handles,
            title=title,
            loc="upper left",
            bbox_to_anchor=(0, -_edges(target)[0]),
            bbox_transform=_from_top(target),
            ncols=columns,
            columnspacing=1.2,
            alignment="left",
        )
        width, height = legend.get_window_extent().size / target.dpi
        if width + 0.08 <= target.get_figwidth() or columns == 1:
            break
        legend.remove()
    _grow(target, top=height + 0.04)
    return legend


def note_incomplete(target: Figure, complete: Iterable[bool]) -> None:
    """Say so below the figure where any of its data comes from an incomplete dataset."""
    complete = list(complete)
    if all(complete):
        return
    which = "Data" if not any(complete) else "Some data"
    note(
        target, f"{which} from a subset of a published dataset: not to be compared with the paper."
    )


def label_lowest(panels: np.ndarray) -> None:
    """Show the tick labels below the lowest panel drawn in each column of a grid that shares x."""
    for column in panels.T:
        drawn = [axes for axes in column if axes.get_visible() and axes.axison]
        if drawn:
            drawn[-1].tick_params(labelbottom=True)


def panel_title(axes: Axes, text: str) -> None:
    """Name a panel at its upper left."""
    axes.set_title(text, loc="left")


def save(target: Figure, png: str | Path, svg: str | Path) -> None:
    """Write a figure as PNG and SVG, atomically; the bytes depend on the figure alone."""
    with files.atomic(png) as path:
        target.savefig(path, format="png", dpi=DPI, metadata={"Software": None})
    with files.atomic(svg) as path:
        target.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def save_pages(pages: Iterable[Figure], pdf: str | Path) -> None:
    """Write figures as the pages of one PDF, atomically and without dates."""
    undated = {"CreationDate": None, "Producer": None}
    with files.atomic(pdf) as path, PdfPages(path, metadata=undated) as document:
        for page in pages:
            document.savefig(page)


def _edges(target: Figure) -> tuple[float, float]:
    """Inches at the top and at the bottom that the panels keep free of."""
    _, low, _, share = target.get_layout_engine().get()["rect"]
    return (1 - low - share) * target.get_figheight(), low * target.get_figheight()


def _grow(target: Figure, top: float = 0.0, bottom: float = 0.0) -> None:
    """Make a figure higher by so many inches, which its panels keep free of."""
    above, below = _edges(target)
    inside = target.get_figheight() - above - below
    height = target.get_figheight() + top + bottom
    target.set_figheight(height)
    target.get_layout_engine().set(rect=(0, (below + bottom) / height, 1, inside / height))


def _from_top(target: Figure) -> Transform:
    """Inches to the right of a figure's upper left corner and, negative, below it."""
    return target.dpi_scale_trans + ScaledTranslation(0, 1, target.transFigure)
