"""N-cuts of networks beside those of their shuffled versions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.patches import Patch

from nn_modularity import palette
from nn_modularity.clustering.results import Clusters
from nn_modularity.figures.parts import style
from nn_modularity.tables import measurements


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


@dataclass(frozen=True, eq=False)
class NullStudy:
    """What a figure of null models shows.

    Attributes
    ----------
    subject : str
        As the figure's heading says it.
    networks : tuple of NullDistributions
    data_complete : tuple of bool
        Whether the dataset of each is the whole of it.
    """

    subject: str
    networks: tuple[NullDistributions, ...]
    data_complete: tuple[bool, ...]

    @property
    def tags(self) -> list[str]:
        """Models without their regimes, in the order of the networks."""
        return list(dict.fromkeys(network.tag for network in self.networks))

    @property
    def regimes(self) -> list[str]:
        """Regimes that occur, in the order of the style."""
        found = {network.regime for network in self.networks}
        return [name for name in style.REGIMES if name in found]

    @property
    def shuffles(self) -> list[str]:
        """Null models that occur, each once."""
        return list(dict.fromkeys(name for network in self.networks for name in network.ncuts))


def read(
    inputs: Mapping[str, Any],
    subject: str,
    networks: Sequence[Mapping[str, Any]],
    shuffles: Sequence[str],
    n_shuffles: int,
) -> NullStudy:
    """Read networks' N-cuts and the first `n_shuffles` of each of their null models.

    Parameters
    ----------
    inputs : mapping
        ``clustering`` and each of `shuffles`: a file a network.
    subject : str
        As the figure's heading says it.
    networks : sequence of mappings
        ``model, instance, stage, dropout`` in the order of the files.
    """
    clusterings = [Clusters.read(path) for path in inputs["clustering"]]
    found = tuple(
        NullDistributions(
            model=network["model"],
            instance=network["instance"],
            regime=style.regime(network["stage"] == "pruned", network["dropout"] > 0),
            ncut=clusterings[number].ncut,
            ncuts={
                shuffle: measurements.read_null(inputs[shuffle][number], n_shuffles)
                for shuffle in shuffles
            },
        )
        for number, network in enumerate(networks)
    )
    return NullStudy(subject, found, tuple(clusters.data_complete for clusters in clusterings))


def patches(shuffles: Iterable[str]) -> list[Patch]:
    """Return a legend entry a null model."""
    return [
        Patch(facecolor=palette.SHUFFLES[name], alpha=0.7, label=style.SHUFFLE_NAMES[name])
        for name in shuffles
    ]
