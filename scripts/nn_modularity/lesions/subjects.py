"""A network under test: its activity on the test images, and what lesions leave of its answers.

What lesions of one sub-module and of two have in common.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn_modularity.activations import forward, products
from nn_modularity.activations.forward import Activity, Damage, Step
from nn_modularity.errors import StudyError
from nn_modularity.networks import shapes
from nn_modularity.networks.labelling import Labelling, SubModule
from nn_modularity.networks.weights import Network

Map = Callable[[Callable[[Any], np.ndarray], Sequence[Any]], list[np.ndarray]]
"""Applies a function to independent tasks, as `pieces.Store.map` does."""


@dataclass(frozen=True, eq=False)
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
    data_complete : bool
        Whether the images are those of the whole dataset.

    Notes
    -----
    Memory: 8 bytes a neuron and image; 180 MB for 784-256-256-256-256-10 and 10,000 images.
    """

    chain: tuple[Step, ...]
    activities: tuple[Activity, ...]
    classes: tuple[np.ndarray, ...]
    class_sizes: np.ndarray
    data_complete: bool

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

    def sub_modules(self, labelling: Labelling) -> tuple[SubModule, ...]:
        """The sub-modules of a labelling of this network.

        Raises
        ------
        StudyError
            If it labels another network.
        """
        if labelling.widths != self.widths:
            raise StudyError(
                f"lesions: found a clustering of layers of {labelling.widths} neurons, the network "
                f"has {self.widths}; cluster this network"
            )
        return labelling.sub_modules


def examine(
    network: Network, images: np.ndarray, classes: np.ndarray, *, data_complete: bool = True
) -> Subject:
    """Run the intact network over the test images and keep its activity.

    Parameters
    ----------
    network : Network
        A multi-layer perceptron.
    images : (n_images, …) uint8
        As the data holds them.
    classes : (n_images,) int64
    data_complete : bool
        Whether the images are those of the whole dataset.

    Raises
    ------
    StudyError
        If the images don't fit the network, or there are no classes to tell apart.
    """
    if classes.dtype.kind not in "iu":
        raise StudyError(
            f"lesions: found targets of type {classes.dtype} {classes.shape[1:]}, expected a class "
            "an image; lesions are tested on how well classes are told apart"
        )
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
        data_complete,
    )


def damages(subject: Subject, labelling: Labelling, chosen: Sequence[SubModule]) -> list[Damage]:
    """Lesions of the chosen sub-modules under a labelling."""
    return [forward.damage(subject.chain, each.layer, labelling.members(each)) for each in chosen]


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
