"""Scores of networks that lost two sub-modules: joint and conditional lesions.

A first lesion is spread through the layers behind it once and meets every second lesion in a
later layer from there on. Two lesions of one layer are a single lesion of their union.
"""

from collections.abc import Sequence

import numpy as np

from nn_modularity.lesions import twins
from nn_modularity.lesions.results import DoubleTest
from nn_modularity.lesions.subjects import Damage, Map, Subject, damages, intact_points, points
from nn_modularity.networks.labelling import Labelling


def double_test(
    subject: Subject,
    labelling: Labelling,
    generators: Sequence[np.random.Generator],
    map_pieces: Map,
) -> DoubleTest:
    """Lesion every pair of sub-modules, and its random twins.

    Parameters
    ----------
    subject : Subject
    labelling : Labelling
    generators : sequence of numpy.random.Generator
        One a trial.
    map_pieces : callable
        Applies a function to independent tasks, as `pieces.Store.map` does.
    """
    chosen = subject.sub_modules(labelling)
    nulls = np.stack(map_pieces(lambda each: random_points(subject, labelling, each), generators))
    return DoubleTest(
        layer=np.array([each.layer for each in chosen]),
        label=np.array([each.label for each in chosen]),
        score=subject.score.name,
        n_images=int(subject.score.sizes.sum()),
        intact=intact_points(subject).sum().item(),
        lesioned=pair_points(subject, labelling),
        joint_null=nulls[:, 0],
        conditional_null=nulls[:, 1],
        data_complete=subject.data_complete,
    )


def pair_points(subject: Subject, labelling: Labelling) -> np.ndarray:
    """Lesion every pair of a labelling's sub-modules.

    Returns
    -------
    (n_sub_modules, n_sub_modules) int64 or float64
        Points; symmetric, single lesions on the diagonal.
    """
    chosen = labelling.sub_modules
    layers = np.array([each.layer for each in chosen])
    own = [labelling.members(each) for each in chosen]
    rising = _pairs_within(layers, np.less_equal)
    unions = [(layers[i], own[i] | own[j]) for i, j in np.argwhere(rising)]
    found = _points_across(
        subject, damages(subject, labelling, chosen), layers[:, None] < layers[None, :]
    )
    found[rising] = _points_of_unions(subject, unions)
    return _symmetric(found)


def random_points(
    subject: Subject, labelling: Labelling, generator: np.random.Generator
) -> np.ndarray:
    """One trial: lesion every pair of random twins, and every pair of a twin and a sub-module.

    One permutation of all layers' labels serves all pairs, but for conditional lesions within a
    layer: there the fixed sub-module's neurons stay out of a permutation of their own.

    Returns
    -------
    (2, n_sub_modules, n_sub_modules) int64 or float64
        Points: joint, and conditional (first random, second as it is, −1 on the diagonal).
    """
    chosen = labelling.sub_modules
    n, layers = len(chosen), np.array([each.layer for each in chosen])
    is_earlier = layers[:, None] < layers[None, :]
    drawn = twins.permute(labelling, generator)
    lesions = damages(subject, drawn, chosen) + damages(subject, labelling, chosen)
    is_wanted = np.tile(is_earlier, (2, 2))
    is_wanted[n:, n:] = False  # both as they are: no part of a null distribution
    across = _points_across(subject, lesions, is_wanted)

    rising, unequal = _pairs_within(layers, np.less_equal), _pairs_within(layers, np.not_equal)
    own = [labelling.members(each) for each in chosen]
    twin = [drawn.members(each) for each in chosen]
    held = [twins.permute_around(labelling, each, generator) for each in chosen]
    unions = [(layers[i], twin[i] | twin[j]) for i, j in np.argwhere(rising)]
    unions += [(layers[i], (held[j] == chosen[i].label) | own[j]) for i, j in np.argwhere(unequal)]
    within = _points_of_unions(subject, unions)

    conditional = np.where(is_earlier, across[:n, n:], across[n:, :n].T)
    joint = across[:n, :n]
    joint[rising], conditional[unequal] = np.split(within, [rising.sum()])
    np.fill_diagonal(conditional, -1)
    return np.stack([_symmetric(joint), conditional])


def _points_across(
    subject: Subject, lesions: Sequence[Damage], is_wanted: np.ndarray
) -> np.ndarray:
    """Points with both lesions, where wanted, (n, n); the first lies in the earlier layer."""
    engine, score = subject.engine, subject.score
    tallies = np.tile(score.empty, (*is_wanted.shape, *(1,) * score.empty.ndim))
    for activity, targets in zip(engine.activities(), subject.targets, strict=True):
        for first in np.flatnonzero(is_wanted.any(axis=1)).tolist():
            behind = engine.spread(activity, lesions[first])
            for second in np.flatnonzero(is_wanted[first]).tolist():
                outputs = engine.damaged(behind, lesions[second])
                score.add(outputs, targets, tallies[first, second])
    return score.points(tallies).sum(axis=2)


def _points_of_unions(subject: Subject, unions: Sequence[tuple[int, np.ndarray]]) -> np.ndarray:
    return points(subject, [subject.engine.damage(*union) for union in unions]).sum(axis=1)


def _pairs_within(layers: np.ndarray, order: np.ufunc) -> np.ndarray:
    """Pairs of sub-modules of one layer, numbered in that order, (n, n) bool."""
    number = np.arange(len(layers))
    return (layers[:, None] == layers[None, :]) & order(number[:, None], number[None, :])


def _symmetric(upper: np.ndarray) -> np.ndarray:
    return np.triu(upper) + np.triu(upper, 1).T
