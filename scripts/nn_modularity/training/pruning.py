"""Magnitude pruning: the sparsity schedule, and masks that live in the compiled step.

Zhu & Gupta (2017), arXiv 1710.01878: sparsity s(t) = s_f + (s_i − s_f)(1 − t/T)³.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nn_modularity import seeds
from nn_modularity.networks.checkpoints import Epoch
from nn_modularity.networks.weights import Network
from nn_modularity.training import fitting, models


@dataclass(frozen=True)
class Schedule:
    """Polynomial sparsity schedule.

    Attributes
    ----------
    initial, final : float
        Sparsity at step 0 and at step `end`.
    frequency : int
        Steps between two updates of the masks.
    end : int
        Steps of the whole pruning, T.
    """

    initial: float
    final: float
    frequency: int
    end: int

    @classmethod
    def of(cls, settings: Mapping[str, Any], end: int) -> "Schedule":
        """The schedule that a model's ``sparsity`` settings describe."""
        return cls(settings["initial"], settings["final"], settings["frequency"], end)

    @property
    def updates(self) -> np.ndarray:
        """Numbers of steps after which the masks are updated, (n_updates,) int.

        From 0 on, every `frequency` steps, and a last time at `end`: the result has the final
        sparsity, however short the pruning.
        """
        return np.append(np.arange(0, self.end, self.frequency), self.end)

    def sparsity(self, step: int | np.ndarray) -> np.ndarray:
        """Share of weights that are pruned after an update at this step."""
        left = 1 - np.asarray(step) / self.end
        return self.final + (self.initial - self.final) * left**3

    def n_kept(self, sizes: Sequence[int]) -> np.ndarray:
        """Weights left, (n_updates, n_layers) int64, of layers with so many weights."""
        sizes = np.asarray(sizes)
        pruned = np.rint(self.sparsity(self.updates)[:, None] * sizes)
        return (sizes - pruned).astype(np.int64)


class Pruning:
    """Keeps the largest kernel entries of each layer, ever fewer of them.

    A `training.Constraint`: every `frequency` steps the masks are renewed from the present
    magnitudes; after every step masked entries are set to 0 again. Biases stay whole.
    """

    def __init__(self, model: keras.Sequential, schedule: Schedule):
        self.schedule = schedule
        self.kernels = [layer.kernel.value for layer in models.weighted(model)]
        self.masks = [tf.Variable(tf.ones_like(kernel)) for kernel in self.kernels]
        sizes = [int(np.prod(kernel.shape)) for kernel in self.kernels]
        self.n_kept = tf.constant(schedule.n_kept(sizes))

    def start(self) -> None:
        """Prune to the initial sparsity."""
        self._update(0)

    def after_step(self, n_steps: tf.Tensor) -> None:
        """Set masked entries to 0, and renew the masks where the schedule says so."""
        for kernel, mask in zip(self.kernels, self.masks, strict=True):
            kernel.assign(kernel * mask)
        frequency, end = self.schedule.frequency, self.schedule.end
        if n_steps % frequency == 0 or n_steps == end:
            self._update(-(-n_steps // frequency))

    def _update(self, number: tf.Tensor) -> None:
        for layer, (kernel, mask) in enumerate(zip(self.kernels, self.masks, strict=True)):
            # A few times faster by NumPy than by any way that TensorFlow has, and renewed seldom.
            renewed = tf.numpy_function(
                largest, [kernel.value(), self.n_kept[number, layer]], tf.float32, stateful=False
            )
            mask.assign(tf.ensure_shape(renewed, mask.shape))
            kernel.assign(kernel * mask)


def largest(values: np.ndarray, n: int) -> np.ndarray:
    """Mark the entries of largest magnitude, exactly n of them.

    Parameters
    ----------
    values : (…) float32 array
    n : int
        Of equal magnitudes, those that come first are taken.

    Returns
    -------
    (…) float32 array
        1 for the marked entries, 0 for the others.
    """
    magnitudes = np.abs(values).ravel()
    threshold = np.partition(np.append(magnitudes, np.float32(np.inf)), -n - 1)[-n - 1]
    mask = magnitudes > threshold
    ties = np.flatnonzero(magnitudes == threshold)
    mask[ties[: n - np.count_nonzero(mask)]] = True
    return mask.astype(np.float32).reshape(values.shape)


def prune(
    settings: Mapping[str, Any], data: fitting.Data, network: Network
) -> tuple[keras.Sequential, Iterator[Epoch]]:
    """A trained network, trained on while ever more of its weights are set to 0.

    Parameters
    ----------
    settings : mapping
        As of `fitting.train`, and ``sparsity``.
    data : Data
    network : Network
        What `fitting.train` ended with.
    """
    model = fitting.initial(settings, data)
    models.load(model, network)
    recipe = fitting.Recipe.of(settings)
    schedule = Schedule.of(settings["sparsity"], end=recipe.steps(len(data.train)))
    orders = seeds.generator(*settings["seed_path"], "orders")
    pruning, added = Pruning(model, schedule), fitting.penalty(model, settings)
    return model, fitting.fit(model, data, recipe, orders, pruning, added)
