"""Random twins of sub-modules: as many neurons of the same layer, drawn at random."""

import numpy as np

from nn_modularity.networks.labelling import ISOLATED, Labelling, SubModule


def permute(labelling: Labelling, generator: np.random.Generator) -> Labelling:
    """The labels of each hidden layer's non-isolated neurons, permuted.

    Every sub-module keeps its size; isolated neurons, inputs and outputs keep their labels.
    """
    permuted = Labelling(labelling.labels.copy(), labelling.widths)
    for own in permuted.by_layer[1:-1]:
        own[own != ISOLATED] = generator.permutation(own[own != ISOLATED])
    return permuted


def permute_around(
    labelling: Labelling, fixed: SubModule, generator: np.random.Generator
) -> np.ndarray:
    """Labels of the layer of `fixed`, permuted among the neurons that are not in it.

    Returns
    -------
    (widths[fixed.layer],) int64
    """
    own = labelling.by_layer[fixed.layer].copy()
    is_free = (own != ISOLATED) & (own != fixed.label)
    own[is_free] = generator.permutation(own[is_free])
    return own
