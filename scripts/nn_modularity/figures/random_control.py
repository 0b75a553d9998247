"""The single-lesion test beside that of a random labelling with equal sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from nn_modularity.figures.parts import single_tests, style, swarms
from nn_modularity.figures.parts.single_tests import SingleTest
from nn_modularity.vocabulary import IMPORTANT


@dataclass(frozen=True, eq=False)
class Control:
    """The same test of a clustering and of a random labelling."""

    clustering: SingleTest
    random: SingleTest

    @property
    def data_complete(self) -> tuple[bool, ...]:
        """Whether the datasets are the whole of them."""
        return self.clustering.data_complete + self.random.data_complete


def read(inputs: Mapping[str, Any], subject: str) -> Control:
    """Read both tests from ``single`` and ``counts``, ``control`` and ``control_counts``."""
    clustering, random = (
        single_tests.read({**inputs, "table": inputs[table], "counts": inputs[counts]}, subject)
        for table, counts in (("single", "counts"), ("control", "control_counts"))
    )
    return Control(clustering, random)


def draw(control: Control) -> Figure:
    """Draw both swarms side by side, the number of important sub-modules above each."""
    figure = style.figure(
        control.clustering.subject, style.PAGE, 0.75 + swarms.height(control.clustering)
    )
    panels = figure.subplots(1, 2, sharex=True)
    parts = (("Clustering", control.clustering), ("Random labelling", control.random))
    for axes, (title, test) in zip(panels, parts, strict=True):
        swarms.draw_swarm(axes, test)
        n_important = np.sum(test.table.taxonomy == IMPORTANT)
        style.panel_title(axes, f"{title}: {n_important} of {len(test.table)} important")
    panels[1].set_ylabel("")
    low, high = np.transpose([axes.dataLim.intervalx for axes in panels])
    margin = 0.03 * (high.max() - low.min())
    panels[0].set_xlim(low.min() - margin, high.max() + margin)
    classes = [name for _, test in parts for name in test.table.taxonomy]
    swarms.draw_legend(figure, classes)
    return figure
