"""How well a network answers: what lesions are judged by.

A score is a sum over groups (classes, labels or outputs) of points, and as a share of the groups'
sizes a number that is comparable between networks. Tallies of some images add up to those of all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nn_modularity.activations import products
from nn_modularity.errors import StudyError

BY_TASK = {
    "classification": ("accuracy", "margin"),
    "multi-label": ("f1",),
    "regression": ("r2",),
}
"""Scores of a task, the usual one first."""


class Score(Protocol):
    """A score of one set of test samples."""

    @property
    def name(self) -> str:
        """One of `vocabulary.SCORES`."""

    @property
    def sizes(self) -> np.ndarray:
        """Images of each class, or all images for each label or output, (n_groups,) int64."""

    @property
    def empty(self) -> np.ndarray:
        """The tally of no images, of any shape."""

    def add(self, outputs: np.ndarray, targets: np.ndarray, tally: np.ndarray) -> None:
        """Add images to a tally.

        Parameters
        ----------
        outputs : (n_outputs, n_images) float32
        targets : (n_images, …)
        tally : array like `empty`
            Changed in place.
        """

    def points(self, tallies: np.ndarray) -> np.ndarray:
        """Points by group, (…, n_groups), of tallies (…, *empty.shape)."""


@dataclass(frozen=True, eq=False)
class Accuracy:
    """Correctly classified images, by class; whole numbers, so that ties are exact."""

    sizes: np.ndarray
    name: str = "accuracy"

    @property
    def empty(self) -> np.ndarray:
        """(n_classes,) int64."""
        return np.zeros(self.sizes.size, np.int64)

    def add(self, outputs: np.ndarray, targets: np.ndarray, tally: np.ndarray) -> None:
        """Count the images whose largest output is that of their class."""
        products.count_largest(outputs, targets, tally)

    def points(self, tallies: np.ndarray) -> np.ndarray:
        """The counts."""
        return tallies


@dataclass(frozen=True, eq=False)
class Margin:
    """How far the logit of an image's class lies above the largest other one, by class.

    Finer than the accuracy: lesions that change no answer differ in it.
    """

    sizes: np.ndarray
    name: str = "margin"

    @property
    def empty(self) -> np.ndarray:
        """(n_classes,) float64."""
        return np.zeros(self.sizes.size)

    def add(self, outputs: np.ndarray, targets: np.ndarray, tally: np.ndarray) -> None:
        """Add the margins."""
        images = np.arange(targets.size)
        others = outputs.astype(np.float64)
        own = others[targets, images]
        others[targets, images] = -np.inf
        tally += np.bincount(targets, own - others.max(axis=0), self.sizes.size)

    def points(self, tallies: np.ndarray) -> np.ndarray:
        """The sums of margins."""
        return tallies


@dataclass(frozen=True, eq=False)
class F1:
    """F1 of each label, times the number of images.

    1 for a label that no image has and none is given.

    Attributes
    ----------
    threshold : float
        Outputs above it say that an image has the label.
    """

    sizes: np.ndarray
    threshold: float
    name: str = "f1"

    @property
    def empty(self) -> np.ndarray:
        """True positives and all errors, (2, n_labels) int64."""
        return np.zeros((2, self.sizes.size), np.int64)

    def add(self, outputs: np.ndarray, targets: np.ndarray, tally: np.ndarray) -> None:
        """Count answers."""
        found, wanted = outputs > self.threshold, targets.T
        tally += [(found & wanted).sum(axis=1), (found != wanted).sum(axis=1)]

    def points(self, tallies: np.ndarray) -> np.ndarray:
        """2 TP / (2 TP + FP + FN)."""
        right, wrong = 2 * tallies[..., 0, :], tallies[..., 1, :]
        either = right + wrong
        return self.sizes * np.divide(right, either, out=np.ones(either.shape), where=either > 0)


@dataclass(frozen=True, eq=False)
class R2:
    """Coefficient of determination of each output, times the number of images.

    Of a target that is the same for all images 1 if it is met exactly, else 0.

    Attributes
    ----------
    deviations : (n_outputs,) float64
        Sums of the targets' squared deviations from their mean.
    """

    sizes: np.ndarray
    deviations: np.ndarray
    name: str = "r2"

    @property
    def empty(self) -> np.ndarray:
        """Sums of squared errors, (n_outputs,) float64."""
        return np.zeros(self.sizes.size)

    def add(self, outputs: np.ndarray, targets: np.ndarray, tally: np.ndarray) -> None:
        """Add squared errors."""
        tally += ((outputs - targets.T.astype(np.float64)) ** 2).sum(axis=1)

    def points(self, tallies: np.ndarray) -> np.ndarray:
        """1 − squared errors / squared deviations."""
        varies = self.deviations > 0
        shares = np.divide(tallies, self.deviations, out=np.sign(tallies), where=varies)
        return self.sizes * (1 - shares)


def _of_classes(kind: Callable[[np.ndarray], Score]):
    return lambda targets, n_outputs, _: kind(np.bincount(targets, minlength=n_outputs))


def _f1(targets: np.ndarray, n_outputs: int, is_share: bool) -> F1:
    return F1(np.full(n_outputs, len(targets)), 0.5 if is_share else 0.0)


def _r2(targets: np.ndarray, n_outputs: int, _: bool) -> R2:
    targets = targets.astype(np.float64)
    deviations = ((targets - targets.mean(axis=0)) ** 2).sum(axis=0)
    return R2(np.full(n_outputs, len(targets)), deviations)


_MAKE = {"accuracy": _of_classes(Accuracy), "margin": _of_classes(Margin), "f1": _f1, "r2": _r2}


def of(task: str, targets: np.ndarray, n_outputs: int, *, asked: str, is_share: bool) -> Score:
    """The score of a network on test samples.

    Parameters
    ----------
    task : {"classification", "multi-label", "regression"}
    targets : (n_images, …)
    n_outputs : int
        Of the network.
    asked : str
        The score that is asked for; for tasks that it doesn't fit, the task's usual one.
    is_share : bool
        Whether outputs are between 0 and 1, so that a label is given above ½; else above 0.

    Raises
    ------
    StudyError
        If the network has another number of outputs than there are answers.
    """
    fitting = BY_TASK[task]
    name = asked if asked in fitting else fitting[0]
    n_answers = int(targets.max(initial=-1)) + 1 if targets.ndim == 1 else targets.shape[1]
    if n_answers > n_outputs or (targets.ndim > 1 and n_answers != n_outputs):
        raise StudyError(
            f"lesions: found test samples with {n_answers} {_ANSWERS[task]}, a network with "
            f"{n_outputs} outputs; check the model's dataset"
        )
    return _MAKE[name](targets, n_outputs, is_share)


_ANSWERS = {"classification": "classes", "multi-label": "labels", "regression": "values"}
