"""What lesions leave behind: counts of correctly classified images, so that ties are exact."""

from dataclasses import dataclass

import numpy as np

from nn_modularity.records import Record


@dataclass(frozen=True, eq=False)
class SingleTest(Record):
    """Single lesions of a network and their random twins, by class of images.

    Attributes
    ----------
    layer, label : (n_sub_modules,) int64
    n_neurons, n_in_layer : (n_sub_modules,) int64
        Of the sub-module, and non-isolated ones of its layer.
    class_sizes, intact : (n_classes,) int64
    lesioned : (n_sub_modules, n_classes) int64
    null : (n_shuffles, n_sub_modules, n_classes) int64
    data_complete : bool
        Whether the images are those of the whole dataset.
    """

    layer: np.ndarray
    label: np.ndarray
    n_neurons: np.ndarray
    n_in_layer: np.ndarray
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
    n_images, intact : int
        Test images, and those that the intact network gets right.
    lesioned : (n_sub_modules, n_sub_modules) int64
        Both lesioned; symmetric, single lesions on the diagonal.
    joint_null : (n_shuffles, n_sub_modules, n_sub_modules) int64
        Both random; symmetric.
    conditional_null : (n_shuffles, n_sub_modules, n_sub_modules) int64
        The first random, the second as it is. The diagonal is the single test's business: −1.
    data_complete : bool
        Whether the images are those of the whole dataset.
    """

    layer: np.ndarray
    label: np.ndarray
    n_images: int
    intact: int
    lesioned: np.ndarray
    joint_null: np.ndarray
    conditional_null: np.ndarray
    data_complete: bool
