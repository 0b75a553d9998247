"""Fitting a Keras model: one compiled function an epoch, over images in memory.

The recipe of the study: Adam with Keras's default settings, categorical cross-entropy, batches of
128 with what is left over as the last one, a new order of the images each epoch.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf

from nn_modularity import errors, seeds
from nn_modularity.datasets import dataset_file
from nn_modularity.errors import StudyError
from nn_modularity.networks.checkpoints import Epoch
from nn_modularity.training import models

LEARNING_RATE, BETA_1, BETA_2, EPSILON = 0.001, 0.9, 0.999, 1e-7
EVALUATION_BATCH = 500


@dataclass(frozen=True)
class Images:
    """Images and their classes, in memory as they lie in the file.

    Attributes
    ----------
    x : (n, …) tensor
    y : (n,) int64 tensor
    unit, offset : float, or float32 arrays that fit an image
        A network sees x / unit + offset.
    """

    x: tf.Tensor
    y: tf.Tensor
    unit: float | np.ndarray
    offset: float | np.ndarray

    def __len__(self) -> int:
        return self.x.shape[0]

    def batch(self, chosen: tf.Tensor, shape: tuple[int, ...]) -> tuple[tf.Tensor, tf.Tensor]:
        """Chosen images as a network sees them, (n_chosen, *shape) float32, and their classes."""
        x = tf.cast(tf.gather(self.x, chosen), tf.float32) / self.unit + self.offset
        return tf.reshape(x, (-1, *shape)), tf.gather(self.y, chosen)


@dataclass(frozen=True)
class Data:
    """A dataset to learn from.

    Attributes
    ----------
    train, test : Images
    n_classes : int
    input_scale, input_offset : float or array
        A network sees input_scale · x + input_offset.
    sha256 : str
        Checksum of the dataset's content.
    data_complete : bool
        Whether it is the whole dataset.
    """

    train: Images
    test: Images
    n_classes: int
    input_scale: float | np.ndarray
    input_offset: float | np.ndarray
    sha256: str
    data_complete: bool

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Shape of one image."""
        return tuple(self.train.x.shape[1:])


@dataclass(frozen=True)
class Recipe:
    """How long and in which order a network learns.

    Attributes
    ----------
    epochs, batch_size : int
    shuffle : bool
        Whether each epoch has an order of its own.
    """

    epochs: int
    batch_size: int
    shuffle: bool

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Recipe":
        """The recipe among a model's settings."""
        return cls(settings["epochs"], settings["batch_size"], settings["shuffle"])

    def steps(self, n_images: int) -> int:
        """Steps of the whole training, ⌈n / batch size⌉ an epoch."""
        return math.ceil(n_images / self.batch_size) * self.epochs


class Constraint(Protocol):
    """What holds for the weights through a training."""

    def start(self) -> None:
        """Act on the weights before the first step."""

    def after_step(self, n_steps: tf.Tensor) -> None:
        """Act on the weights after so many steps of the training; compiled into the step."""


class Regularisation(Protocol):
    """What is added to the loss."""

    def added_to(self, gradients: list[tf.Tensor], step: tf.Tensor) -> list[tf.Tensor]:
        """The kernels' gradients with those of the penalties; compiled into the step."""


class Unconstrained:
    """Weights that are free to move."""

    def start(self) -> None:
        pass

    def after_step(self, n_steps: tf.Tensor) -> None:
        pass


class Adam:
    """Adam with Keras's default settings, a fused operation a variable.

    Kingma & Ba (2015), with ε beside the root of the uncorrected second moment as in Keras.
    """

    def __init__(self, variables: list[tf.Variable]):
        self.moving = variables
        self.first = [tf.Variable(tf.zeros_like(variable)) for variable in variables]
        self.second = [tf.Variable(tf.zeros_like(variable)) for variable in variables]

    def apply(self, gradients: list[tf.Tensor], step: tf.Tensor) -> None:
        """Move the variables; `step` counts from 1."""
        power = tf.cast(step, tf.float32)
        for variable, first, second, gradient in zip(
            self.moving, self.first, self.second, gradients, strict=True
        ):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=first.handle,
                v=second.handle,
                beta1_power=tf.pow(BETA_1, power),
                beta2_power=tf.pow(BETA_2, power),
                lr=LEARNING_RATE,
                beta1=BETA_1,
                beta2=BETA_2,
                epsilon=EPSILON,
                grad=gradient,
            )


def read(path: str | Path, n_train: int | None = None) -> Data:
    """Read a dataset to learn from, ``data/{dataset}.h5``; see `prepare`."""
    with errors.at(path):
        return prepare(dataset_file.read(path), n_train)


def prepare(dataset: dataset_file.Dataset, n_train: int | None = None) -> Data:
    """A dataset in TensorFlow's memory.

    Parameters
    ----------
    dataset : Dataset
    n_train : int, optional
        Take the first so many training images only.

    Raises
    ------
    StudyError
        If there are fewer of them, or no classes to learn.
    """
    n_images = len(dataset.X_train)
    if dataset.task != "classification":
        raise StudyError(
            f"found a {dataset.task}, expected classes, which is what the study trains networks "
            "to tell apart; bring the trained network instead (`files:`)"
        )
    if n_train is not None and n_train > n_images:
        raise StudyError(
            f"n_train: found {n_train}, expected at most {n_images}, as there are training images"
        )
    unit = np.asarray(1 / np.asarray(dataset.input_scale), np.float32)
    seen = unit, np.asarray(dataset.input_offset, np.float32)
    x, y = dataset.X_train[:n_train], dataset.y_train[:n_train]
    return Data(
        train=Images(tf.constant(x), tf.constant(y), *seen),
        test=Images(tf.constant(dataset.X_test), tf.constant(dataset.y_test), *seen),
        n_classes=dataset.n_classes,
        input_scale=dataset.input_scale,
        input_offset=dataset.input_offset,
        sha256=dataset.sha256,
        data_complete=dataset.complete,
    )


def train(settings: Mapping[str, Any], data: Data) -> tuple[keras.Sequential, Iterator[Epoch]]:
    """A new network, and its training, which goes on as the epochs are asked for.

    Parameters
    ----------
    settings : mapping
        ``seed_path``, ``network``, ``epochs``, ``batch_size``, ``shuffle`` and dropout.
    data : Data
    """
    model = initial(settings, data)
    orders = seeds.generator(*settings["seed_path"], "orders")
    added = penalty(model, settings)
    return model, fit(model, data, Recipe.of(settings), orders, regularisation=added)


def penalty(model: keras.Sequential, settings: Mapping[str, Any]) -> Regularisation | None:
    """What a model's settings add to its loss, if anything.

    By name: code that looks at eigenvalues is part of those trainings alone that do.
    """
    found = settings.get("regularisation")
    if not found:
        return None
    return import_module("nn_modularity.training.regularisation").Regularisation(model, found)


def initial(settings: Mapping[str, Any], data: Data) -> keras.Sequential:
    """The network that a stage of its training starts from, with its own seed."""
    seed = seeds.sequence(*settings["seed_path"], "network")
    return models.build(settings, data.image_shape, data.n_classes, seed)


def fit(
    model: keras.Sequential,
    data: Data,
    recipe: Recipe,
    orders: np.random.Generator,
    constraint: Constraint | None = None,
    regularisation: Regularisation | None = None,
) -> Iterator[Epoch]:
    """Train a network, epoch by epoch.

    Parameters
    ----------
    model : keras.Sequential
        Changed in place: after each epoch that is yielded it is the network of that epoch.
    data : Data
        The test images are looked at after every epoch and select nothing.
    recipe : Recipe
    orders : Generator
        Draws every epoch's order of the training images.
    constraint : Constraint, optional
        Pruning, for instance.
    regularisation : Regularisation, optional
        What is added to the loss; the losses of the epochs are without it.

    Yields
    ------
    Epoch

    Raises
    ------
    StudyError
        If the loss is no longer a finite number.
    """
    constraint = constraint or Unconstrained()
    learn = _compile_epoch(model, data.train, recipe.batch_size, constraint, regularisation)
    test = _compile_evaluation(model, data.test)
    n_train, n_test = len(data.train), len(data.test)
    steps = recipe.steps(n_train) // recipe.epochs
    constraint.start()
    for number in range(1, recipe.epochs + 1):
        order = orders.permutation(n_train) if recipe.shuffle else np.arange(n_train)
        steps_before = tf.constant((number - 1) * steps, tf.int64)
        train_loss, train_acc = _means(learn(tf.constant(order), steps_before), n_train)
        test_loss, test_acc = _means(test(), n_test)
        if not math.isfinite(train_loss) or not math.isfinite(test_loss):
            raise StudyError(
                f"epoch {number} of {recipe.epochs}: found a training loss of {train_loss} and a "
                f"test loss of {test_loss}, expected finite numbers; look for broken images in "
                "the dataset, or try another seed or a larger batch_size"
            )
        yield Epoch(number, train_loss, train_acc, test_loss, test_acc)


def evaluate(model: keras.Sequential, images: Images) -> list[float]:
    """Mean loss and accuracy over all images, without dropout."""
    return _means(_compile_evaluation(model, images)(), len(images))


def _compile_evaluation(model: keras.Sequential, images: Images):
    """Compiled function () -> summed loss and right answers over all images, without dropout."""
    shape = model.input_shape[1:]

    @tf.function
    def evaluate():
        loss_sum, n_right = tf.constant(0.0), tf.constant(0.0)
        for start in tf.range(0, len(images), EVALUATION_BATCH):
            chosen = tf.range(start, tf.minimum(start + EVALUATION_BATCH, len(images)))
            x, y = images.batch(chosen, shape)
            losses, right = _score(model(x, training=False), y)
            loss_sum += tf.reduce_sum(losses)
            n_right += tf.reduce_sum(right)
        return loss_sum, n_right

    return evaluate


def _compile_epoch(
    model: keras.Sequential,
    images: Images,
    batch_size: int,
    constraint: Constraint,
    regularisation: Regularisation | None,
):
    """Compiled function (order, steps before) -> summed loss and right answers while learning."""
    shape = model.input_shape[1:]
    variables = [variable.value for variable in model.trainable_variables]
    adam = Adam(variables)
    names = [id(variable) for variable in variables]
    places = [names.index(id(layer.kernel.value)) for layer in models.weighted(model)]

    @tf.function
    def learn(order, step):
        loss_sum, n_right = tf.constant(0.0), tf.constant(0.0)
        for start in tf.range(0, len(images), batch_size):
            chosen = order[start : tf.minimum(start + batch_size, len(images))]
            x, y = images.batch(chosen, shape)
            with tf.GradientTape() as tape:
                losses, right = _score(model(x, training=True), y)
                loss = tf.reduce_mean(losses)
            step += 1
            gradients = tape.gradient(loss, variables)
            if regularisation is not None:
                added = regularisation.added_to([gradients[place] for place in places], step)
                for place, gradient in zip(places, added, strict=True):
                    gradients[place] = gradient
            adam.apply(gradients, step)
            constraint.after_step(step)
            loss_sum += tf.reduce_sum(losses)
            n_right += tf.reduce_sum(right)
        return loss_sum, n_right

    return learn


def _score(probabilities: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Cross-entropy of each image, and 1 where its likeliest class is the right one."""
    losses = keras.losses.sparse_categorical_crossentropy(y, probabilities)
    right = tf.cast(tf.equal(tf.argmax(probabilities, axis=-1), y), tf.float32)
    return losses, right


def _means(sums: Iterable[tf.Tensor], n_images: int) -> list[float]:
    return [float(each) / n_images for each in sums]
