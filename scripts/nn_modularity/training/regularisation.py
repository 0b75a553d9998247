"""What training adds to the loss: sizes of weights, and how clusterable they are.

By its gradient alone: closed forms, so that nothing is differentiated through eigenvectors.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nn_modularity.clustering import penalty
from nn_modularity.training import models


class Regularisation:
    """Penalties on a model's kernels.

    Parameters
    ----------
    model : keras.Sequential
    settings : mapping
        ``l1`` and ``l2``, factors of Σ|w| and Σw² over every kernel; ``clusterability``, that of
        the mean of eigenvalues 2 to ``clusters`` + 1 of the normalised Laplacian, which is looked
        at every so many (``every``) steps and counts as many times then.
    """

    def __init__(self, model: keras.Sequential, settings: Mapping[str, Any]):
        self.kernels = [layer.kernel.value for layer in models.weighted(model)]
        self.settings = settings

    def added_to(self, gradients: list[tf.Tensor], step: tf.Tensor) -> list[tf.Tensor]:
        """The kernels' gradients with those of the penalties, at a step, which counts from 1."""
        l1, l2 = self.settings["l1"], self.settings["l2"]
        if l1:
            gradients = [g + l1 * tf.sign(w) for g, w in zip(gradients, self.kernels, strict=True)]
        if l2:
            gradients = [g + 2 * l2 * w for g, w in zip(gradients, self.kernels, strict=True)]
        every, weight = self.settings["every"], self.settings["clusterability"]
        if not weight:
            return gradients

        def looked_at() -> list[tf.Tensor]:
            found = zip(gradients, self._of_eigenvalues(), strict=True)
            return [one + weight * every * other for one, other in found]

        return tf.cond(step % every == 0, looked_at, lambda: list(map(tf.identity, gradients)))

    def _of_eigenvalues(self) -> list[tf.Tensor]:
        def gradients(*kernels: np.ndarray) -> list[np.ndarray]:
            return penalty.mean_eigenvalue(kernels, self.settings["clusters"])[1]

        types = [tf.float32] * len(self.kernels)
        found = tf.numpy_function(
            gradients, [kernel.value() for kernel in self.kernels], types, stateful=False
        )
        return [
            tf.ensure_shape(each, kernel.shape)
            for each, kernel in zip(found, self.kernels, strict=True)
        ]
