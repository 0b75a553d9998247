"""What lesions leave behind: points of a score; counts for accuracies, so that ties are exact."""

from dataclasses import dataclass

import numpy as np

from nn_modularity.records import Record


@dataclass(frozen=True, eq=False)
class SingleTest(Record):
    """Single lesions of a network and their random twins, by class, label or output.

    Attributes
    ----------
    layer, label : (n_sub_modules,) int64
    n_neurons, n_in_layer : (n_sub_modules,) int64
        Of the sub-module, and non-isolated ones of its layer.
    score : str
        One of `vocabulary.SCORES`.
    class_sizes : (n_classes,) int64
        Images by class; for labels and outputs all images, each.
    intact : (n_classes,) int64 or float64
    lesioned : (n_sub_modules, n_classes) int64 or float64
    null : (n_shuffles, n_sub_modules, n_classes) int64 or float64
        Points: correctly classified images where the score is the accuracy.
    data_complete : bool
        Whether the images are those of the whole dataset.
    """

    layer: np.ndarray
    label: np.ndarray
    n_neurons: np.ndarray
    n_in_layer: np.ndarray
    score: str
    class_sizes: np.ndarray
    intact: np.ndarray
    lesioned: np.ndarray
    null: np.ndarray
    data_complete: bool


@dataclass(frozen=True, eq=False)
class DoubleTest(Record):
    """Lesions of pairs of a network's sub-modules and their random twins.

    Attributes
    ----------
    layer, label : (n_sub_modules,) int64
    score : str
        One of `vocabulary.SCORES`.
    n_images : int
        Points of a perfect network: test images where the score is the accuracy.
    intact : int or float
        Points of the intact network.
    lesioned : (n_sub_modules, n_sub_modules) int64 or float64
        Both lesioned; symmetric, single lesions on the diagonal.
    joint_null : (n_shuffles, n_sub_modules, n_sub_modules) int64 or float64
        Both random; symmetric.
    conditional_null : (n_shuffles, n_sub_modules, n_sub_modules) int64 or float64
        The first random, the second as it is. The diagonal is the single test's business: −1.
    data_complete : bool
        Whether the images are those of the whole dataset.
    """

    layer: np.ndarray
    label: np.ndarray
    score: str
    n_images: int
    intact: float
    lesioned: np.ndarray
    joint_null: np.ndarray
    conditional_null: np.ndarray
    data_complete: bool
