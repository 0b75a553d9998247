"""Accuracies of networks that lost sub-modules: single lesions and their random twins.

A *sub-module* is the set of a hidden layer's neurons with one cluster label. Accuracies are kept
as counts of correctly classified images by class, so that ties are exact.
arXiv 2003.04881, section 4; arXiv 2110.08058, section 2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from nn_modularity.activations import forward, products
from nn_modularity.activations.forward import Activity, Damage, Step
from nn_modularity.errors import StudyError
from nn_modularity.lesions import sub_modules
from nn_modularity.lesions.sub_modules import ISOLATED, SubModule
from nn_modularity.networks import shapes
from nn_modularity.networks.weights import Network

TRIALS_A_PIECE = 10  # about a second's work

Map = Callable[[Callable[[Any], np.ndarray], Sequence[Any]], list[np.ndarray]]


@dataclass(frozen=True)
class Subject:
    """A network with its activity on the test images.

    Attributes
    ----------
    chain : tuple of forward.Step
    activities : tuple of forward.Activity
        Of the intact network, by chunk of images.
    classes : tuple of (n_images,) int64
        The images' classes, by chunk.
    class_sizes : (n_classes,) int64

    Notes
    -----
    Memory: 8 bytes a neuron and image; 180 MB for 784-256-256-256-256-10 and 10,000 images.
    """

    chain: tuple[Step, ...]
    activities: tuple[Activity, ...]
    classes: tuple[np.ndarray, ...]
    class_sizes: np.ndarray

    @property
    def widths(self) -> tuple[int, ...]:
        """Neurons by layer, inputs and outputs included."""
        return tuple(len(values) for values in self.activities[0].after)

    @property
    def n_images(self) -> int:
        """Number of test images."""
        return int(self.class_sizes.sum())

    def scratch(self) -> Activity:
        """Room for one chunk's values."""
        return Activity.empty(self.widths, len(self.classes[0]))


def examine(network: Network, images: np.ndarray, classes: np.ndarray) -> Subject:
    """Run the intact network over the test images and keep its activity.

    Parameters
    ----------
    network : Network
        A multi-layer perceptron.
    images : (n_images, …) uint8
        As the data holds them.
    classes : (n_images,) int64

    Raises
    ------
    StudyError
        If the images don't fit the network.
    """
    chain = forward.steps(network)
    shape, n_classes = images.shape[1:], network.widths[-1]
    if not shapes.holds(shape, network.input_shape) or classes.max() >= n_classes:
        raise StudyError(
            f"lesions: found images of {shape} in {classes.max() + 1} classes; the network expects "
            f"{network.input_shape} in {n_classes}; check the model's dataset"
        )
    if len(chain) == 1:
        raise StudyError(
            "lesions: found a network without hidden layers, so there is nothing to lesion; leave "
            "it out of `mlp_lesion` and `mlp_double_lesion`"
        )
    starts = range(0, len(images), forward.CHUNK)
    chunks = [slice(start, start + forward.CHUNK) for start in starts]
    return Subject(
        chain,
        tuple(forward.intact(chain, forward.inputs(network, images[chunk])) for chunk in chunks),
        tuple(classes[chunk] for chunk in chunks),
        np.bincount(classes, minlength=n_classes),
    )


def damages(subject: Subject, labels: np.ndarray, chosen: Sequence[SubModule]) -> list[Damage]:
    """Lesions of the chosen sub-modules under a labelling."""
    return [
        forward.damage(subject.chain, each.layer, sub_modules.members(labels, subject.widths, each))
        for each in chosen
    ]


def count_correct(subject: Subject, lesions: Sequence[Damage]) -> np.ndarray:
    """Correctly classified images of every damaged network, by class.

    Returns
    -------
    (n_lesions, n_classes) int64
    """
    counts = np.zeros((len(lesions), len(subject.class_sizes)), np.int64)
    room = subject.scratch()
    for activity, classes in zip(subject.activities, subject.classes, strict=True):
        scratch = room.first(len(classes))
        for lesion, count in zip(lesions, counts, strict=True):
            scores = forward.scores(subject.chain, activity, lesion, scratch)
            products.count_largest(scores, classes, count)
    return counts


def count_intact(subject: Subject) -> np.ndarray:
    """Correctly classified images of the intact network, (n_classes,) int64."""
    counts = np.zeros(len(subject.class_sizes), np.int64)
    for activity, classes in zip(subject.activities, subject.classes, strict=True):
        products.count_largest(activity.after[-1], classes, counts)
    return counts


def count_labelled(subject: Subject, labellings: np.ndarray) -> np.ndarray:
    """Lesion every sub-module of several labellings that have the same sub-modules.

    Parameters
    ----------
    labellings : (n_labellings, n_neurons) int

    Returns
    -------
    (n_labellings, n_sub_modules, n_classes) int64
        Correctly classified images.
    """
    chosen = sub_modules.find(labellings[0], subject.widths)
    return np.stack(
        [count_correct(subject, damages(subject, labels, chosen)) for labels in labellings]
    )


@dataclass(frozen=True)
class SingleTest:
    """Single lesions of a network, as counts of correctly classified images by class.

    Attributes
    ----------
    layer, label : (n_sub_modules,) int64
    n_neurons, n_in_layer : (n_sub_modules,) int64
        Of the sub-module, and non-isolated ones of its layer.
    class_sizes, intact : (n_classes,) int64
    lesioned : (n_sub_modules, n_classes) int64
    null : (n_shuffles, n_sub_modules, n_classes) int64
    """

    layer: np.ndarray
    label: np.ndarray
    n_neurons: np.ndarray
    n_in_layer: np.ndarray
    class_sizes: np.ndarray
    intact: np.ndarray
    lesioned: np.ndarray
    null: np.ndarray


def single_test(
    subject: Subject,
    labels: np.ndarray,
    generators: Sequence[np.random.Generator],
    map_pieces: Map,
) -> SingleTest:
    """Lesion every sub-module, and its random twins.

    Parameters
    ----------
    subject : Subject
    labels : (n_neurons,) int
        −1 for isolated neurons.
    generators : sequence of numpy.random.Generator
        One a random labelling.
    map_pieces : callable
        Applies a function to independent tasks, as `pieces.Store.map` does.
    """
    widths = subject.widths
    chosen = sub_modules.find(labels, widths)
    twins = np.stack([sub_modules.permute(labels, widths, generator) for generator in generators])
    tasks = np.split(twins, range(TRIALS_A_PIECE, len(twins), TRIALS_A_PIECE))
    in_layers = [sub_modules.in_layer(labels, widths, each.layer) for each in chosen]
    return SingleTest(
        layer=np.array([each.layer for each in chosen]),
        label=np.array([each.label for each in chosen]),
        n_neurons=np.array([sub_modules.members(labels, widths, each).sum() for each in chosen]),
        n_in_layer=np.array([np.sum(own != ISOLATED) for own in in_layers]),
        class_sizes=subject.class_sizes,
        intact=count_intact(subject),
        lesioned=count_labelled(subject, labels[None])[0],
        null=np.concatenate(map_pieces(partial(count_labelled, subject), tasks)),
    )
