"""Scores of networks that lost one sub-module, and those of its random twins.

arXiv 2003.04881, section 4; arXiv 2110.08058, section 2.
"""

from collections.abc import Sequence

import numpy as np

from nn_modularity.lesions import twins
from nn_modularity.lesions.results import SingleTest
from nn_modularity.lesions.subjects import Map, Subject, damages, intact_points, points
from nn_modularity.networks.labelling import ISOLATED, Labelling, SubModule

TRIALS_A_PIECE = 10  # about a second's work


def single_test(
    subject: Subject,
    labelling: Labelling,
    generators: Sequence[np.random.Generator],
    map_pieces: Map,
) -> SingleTest:
    """Lesion every sub-module, and its random twins.

    Parameters
    ----------
    subject : Subject
    labelling : Labelling
    generators : sequence of numpy.random.Generator
        One a random labelling.
    map_pieces : callable
        Applies a function to independent tasks, as `pieces.Store.map` does.
    """
    chosen = subject.sub_modules(labelling)
    drawn = [twins.permute(labelling, generator) for generator in generators]
    firsts = range(0, len(drawn), TRIALS_A_PIECE)
    tasks = [drawn[first : first + TRIALS_A_PIECE] for first in firsts]
    nulls = map_pieces(lambda task: labelled_points(subject, task, chosen), tasks)
    in_layers = [labelling.by_layer[each.layer] for each in chosen]
    return SingleTest(
        layer=np.array([each.layer for each in chosen]),
        label=np.array([each.label for each in chosen]),
        n_neurons=np.array([labelling.members(each).sum() for each in chosen]),
        n_in_layer=np.array([np.sum(own != ISOLATED) for own in in_layers]),
        score=subject.score.name,
        class_sizes=subject.score.sizes,
        intact=intact_points(subject),
        lesioned=labelled_points(subject, [labelling], chosen)[0],
        null=np.concatenate(nulls),
        data_complete=subject.data_complete,
    )


def labelled_points(
    subject: Subject, labellings: Sequence[Labelling], chosen: Sequence[SubModule]
) -> np.ndarray:
    """Lesion the same sub-modules of several labellings.

    Returns
    -------
    (n_labellings, n_sub_modules, n_groups) int64 or float64
        Points by class, label or output.
    """
    lesions = [damage for each in labellings for damage in damages(subject, each, chosen)]
    return points(subject, lesions).reshape(len(labellings), len(chosen), subject.score.sizes.size)
