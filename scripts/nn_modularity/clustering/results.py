"""What the clustering stage leaves behind: clusterings, and N-cuts to judge theirs by."""

from dataclasses import dataclass

import numpy as np

from nn_modularity.networks.labelling import Labelling
from nn_modularity.records import Record


@dataclass(frozen=True, eq=False)
class Clusters(Labelling):
    """A clustering of a network's neurons.

    Attributes
    ----------
    labels : (n_neurons,) int64
        By volume, the largest cluster is 0; −1 for isolated neurons.
    widths : tuple of int
        Neurons by layer, inputs first.
    ncut : float
    eigenvalues : (k,) float64
        The smallest of the normalised Laplacian, ascending.
    data_complete : bool
        False where the network was trained on a subset of its dataset.
    """

    ncut: float
    eigenvalues: np.ndarray
    data_complete: bool = True


@dataclass(frozen=True, eq=False)
class NullDistribution(Record):
    """N-cuts of shuffled versions of one network.

    Attributes
    ----------
    ncuts : (n_shuffles,) float64
    data_complete : bool
        False where the network was trained on a subset of its dataset.
    """

    ncuts: np.ndarray
    data_complete: bool = True

    def continued(self, more: "NullDistribution") -> "NullDistribution":
        """The distribution with more shuffles of the same network."""
        ncuts = np.concatenate([self.ncuts, more.ncuts])
        return NullDistribution(ncuts, self.data_complete and more.data_complete)


@dataclass(frozen=True, eq=False)
class Initialisation(Record):
    """N-cuts of untrained networks, (n_networks,) float64."""

    ncuts: np.ndarray
