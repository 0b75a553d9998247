"""Accuracies of networks that lost two sub-modules: joint and conditional lesions.

A first lesion is spread through the layers behind it once and meets every second lesion in a
later layer from there on. Two lesions of one layer are a single lesion of their union.
"""

from collections.abc import Sequence

import numpy as np

from nn_modularity.activations import forward, products
from nn_modularity.activations.forward import Damage
from nn_modularity.lesions import twins
from nn_modularity.lesions.results import DoubleTest
from nn_modularity.lesions.subjects import Map, Subject, count_correct, count_intact, damages
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
    nulls = np.stack(map_pieces(lambda each: count_random(subject, labelling, each), generators))
    return DoubleTest(
        layer=np.array([each.layer for each in chosen]),
        label=np.array([each.label for each in chosen]),
        n_images=subject.n_images,
        intact=int(count_intact(subject).sum()),
        lesioned=count_pairs(subject, labelling),
        joint_null=nulls[:, 0],
        conditional_null=nulls[:, 1],
        data_complete=subject.data_complete,
    )


def count_pairs(subject: Subject, labelling: Labelling) -> np.ndarray:
    """Lesion every pair of a labelling's sub-modules.

    Returns
    -------
    (n_sub_modules, n_sub_modules) int64
        Correctly classified images; symmetric, single lesions on the diagonal.
    """
    chosen = labelling.sub_modules
    layers = np.array([each.layer for each in chosen])
    own = [labelling.members(each) for each in chosen]
    rising = _pairs_within(layers, np.less_equal)
    unions = [(layers[i], own[i] | own[j]) for i, j in np.argwhere(rising)]
    counts = _count_across(
        subject, damages(subject, labelling, chosen), layers[:, None] < layers[None, :]
    )
    counts[rising] = _count_unions(subject, unions)
    return _symmetric(counts)


def count_random(
    subject: Subject, labelling: Labelling, generator: np.random.Generator
) -> np.ndarray:
    """One trial: lesion every pair of random twins, and every pair of a twin and a sub-module.

    One permutation of all layers' labels serves all pairs, but for conditional lesions within a
    layer: there the fixed sub-module's neurons stay out of a permutation of their own.

    Returns
    -------
    (2, n_sub_modules, n_sub_modules) int64
        Correctly classified images: joint, and conditional (first random, second as it is, −1 on
        the diagonal).
    """
    chosen = labelling.sub_modules
    n, layers = len(chosen), np.array([each.layer for each in chosen])
    is_earlier = layers[:, None] < layers[None, :]
    drawn = twins.permute(labelling, generator)
    lesions = damages(subject, drawn, chosen) + damages(subject, labelling, chosen)
    is_wanted = np.tile(is_earlier, (2, 2))
    is_wanted[n:, n:] = False  # both as they are: no part of a null distribution
    across = _count_across(subject, lesions, is_wanted)

    rising, unequal = _pairs_within(layers, np.less_equal), _pairs_within(layers, np.not_equal)
    own = [labelling.members(each) for each in chosen]
    twin = [drawn.members(each) for each in chosen]
    held = [twins.permute_around(labelling, each, generator) for each in chosen]
    unions = [(layers[i], twin[i] | twin[j]) for i, j in np.argwhere(rising)]
    unions += [(layers[i], (held[j] == chosen[i].label) | own[j]) for i, j in np.argwhere(unequal)]
    within = _count_unions(subject, unions)

    conditional = np.where(is_earlier, across[:n, n:], across[n:, :n].T)
    joint = across[:n, :n]
    joint[rising], conditional[unequal] = np.split(within, [rising.sum()])
    np.fill_diagonal(conditional, -1)
    return np.stack([_symmetric(joint), conditional])


def _count_across(subject: Subject, lesions: Sequence[Damage], is_wanted: np.ndarray) -> np.ndarray:
    """Images right with both lesions, where wanted, (n, n); the first lies in the earlier layer."""
    counts = np.zeros((*is_wanted.shape, len(subject.class_sizes)), np.int64)
    behind_room, scratch_room = subject.scratch(), subject.scratch()
    for activity, classes in zip(subject.activities, subject.classes, strict=True):
        behind, scratch = behind_room.first(len(classes)), scratch_room.first(len(classes))
        for first in np.flatnonzero(is_wanted.any(axis=1)).tolist():
            forward.spread(subject.chain, activity, lesions[first], behind)
            for second in np.flatnonzero(is_wanted[first]).tolist():
                scores = forward.scores(subject.chain, behind, lesions[second], scratch)
                products.count_largest(scores, classes, counts[first, second])
    return counts.sum(axis=2)


def _count_unions(subject: Subject, unions: Sequence[tuple[int, np.ndarray]]) -> np.ndarray:
    lesions = [forward.damage(subject.chain, layer, silenced) for layer, silenced in unions]
    return count_correct(subject, lesions).sum(axis=1)


def _pairs_within(layers: np.ndarray, order: np.ufunc) -> np.ndarray:
    """Pairs of sub-modules of one layer, numbered in that order, (n, n) bool."""
    number = np.arange(len(layers))
    return (layers[:, None] == layers[None, :]) & order(number[:, None], number[None, :])


def _symmetric(upper: np.ndarray) -> np.ndarray:
    return np.triu(upper) + np.triu(upper, 1).T
