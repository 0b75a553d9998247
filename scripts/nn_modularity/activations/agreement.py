"""Whether an imported network does what it did in its own framework."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from pathlib import Path

import numpy as np

from nn_modularity import array_archives, untrusted
from nn_modularity.activations.runtime import Runtime, Session
from nn_modularity.errors import StudyError
from nn_modularity.networks import layers, onnx_model, shapes
from nn_modularity.networks.network import Network

TOLERANCE = 1e-5
"""Largest difference that rounding may make, of the largest output or 1."""

N_IMAGES = 8


def trial_images(network: Network, n_images: int, generator: np.random.Generator) -> np.ndarray:
    """Inputs to try a network with.

    Returns
    -------
    (n_images, *network.input_shape) float32
        Whole numbers where they are looked up in a table; else from 0 to 1, and the last half
        normally distributed.
    """
    shape = (n_images, *network.input_shape)
    tables = [
        len(layer.kernel)
        for layer in (network.layers[number] for number in network.consumers[0])
        if isinstance(layer, layers.Embedding)
    ]
    if tables:
        return generator.integers(0, min(tables), shape).astype(np.float32)
    images = generator.random(shape, np.float32)
    images[n_images // 2 :] = generator.standard_normal(images[n_images // 2 :].shape, np.float32)
    return images


def check(network: Network, images: np.ndarray, expected: np.ndarray, framework: str) -> float:
    """Compare a network's outputs with those of its own framework.

    Parameters
    ----------
    network : Network
    images : (n_images, *network.input_shape)
    expected : (n_images, …)
        Outputs in the network's own framework, the values in the same order.
    framework : str
        What messages call it.

    Returns
    -------
    float
        The largest difference, relative to the largest output or 1.

    Raises
    ------
    StudyError
        If the difference is more than `TOLERANCE`, or outputs differ in number.
    """
    (found,) = Runtime(network)(images)
    expected = np.asarray(expected, np.float32)
    if found.size != expected.size:
        raise StudyError(
            f"import: {framework} makes {expected.shape[1:]} of an image, the imported network "
            f"{found.shape[1:]}; please report this network"
        )
    if not np.isfinite(expected).all():
        raise StudyError(
            f"import: {framework} makes values that are not finite of the trial images; say a "
            "smaller part of the network, or mend it"
        )
    largest = max(1.0, float(np.abs(expected).max(initial=0)))
    difference = float(np.abs(found - expected.reshape(found.shape)).max(initial=0)) / largest
    if not difference <= TOLERANCE:
        raise StudyError(
            f"import: outputs differ from those of {framework} by {difference:.2g} of the largest, "
            f"expected at most {TOLERANCE:g}; the network was not read as it is meant"
        )
    return difference


def check_onnx(
    network: Network, original: onnx_model.Model, generator: np.random.Generator
) -> float:
    """Compare a network with the ONNX model that it was read from, on ONNX Runtime.

    Returns and raises as `check`.
    """
    run = _of_one_image_at_a_time(original)
    images = trial_images(network, N_IMAGES, generator)
    return check(network, images, run(images), "ONNX Runtime")


def misfit(network: Network, images: np.ndarray, classes: np.ndarray) -> str:
    """Why a network can't be tested on images; empty where it can.

    Parameters
    ----------
    network : Network
    images : (n_images, …)
    classes : (n_images,) int
    """
    if not shapes.holds(images.shape[1:], network.input_shape):
        return f"takes {network.input_shape}, and the images are {images.shape[1:]}"
    n_classes, n_outputs = int(classes.max()) + 1, prod(network.output_shape)
    if n_outputs < max(2, n_classes):
        return f"makes {n_outputs} values, and there are {n_classes} classes"
    return ""


def count_correct(network: Network, images: np.ndarray, classes: np.ndarray) -> int:
    """Images whose largest output is that of their class.

    Parameters
    ----------
    network : Network
    images : (n_images, …)
        As the data holds them.
    classes : (n_images,) int
    """
    (scores,) = Runtime(network)(images.reshape(len(images), *network.input_shape))
    return int(np.sum(scores.reshape(len(images), -1).argmax(axis=1) == classes))


def check_expected(network: Network, path: str | Path) -> float:
    """Compare a network's outputs with those that the user has of its own framework.

    Parameters
    ----------
    network : Network
    path : path
        ``.npz`` with ``inputs`` (n, …) and ``outputs`` (n, …).

    Returns and raises as `check`.
    """
    try:
        found = array_archives.read(path, untrusted.LARGEST, ("inputs", "outputs"))
    except (OSError, ValueError) as error:
        raise StudyError(f"{path}: can't be read ({error}); write it by numpy.savez") from None
    if len(found) < 2 or len({len(array) for array in found.values()}) != 1:
        raise StudyError(
            f"{path}: found {', '.join(found) or 'nothing'}, expected inputs and outputs, a row an "
            "image each"
        )
    inputs = found["inputs"]
    if prod(inputs.shape[1:]) != prod(network.input_shape):
        raise StudyError(
            f"{path}: found inputs of {inputs.shape[1:]}, expected {network.input_shape}"
        )
    inputs = inputs.reshape(len(inputs), *network.input_shape)
    return check(network, inputs, found["outputs"], str(path))


def _of_one_image_at_a_time(model: onnx_model.Model) -> Callable[[np.ndarray], np.ndarray]:
    """The model as it runs on its own; some are made for one image."""
    session = Session(*onnx_model.to_proto(model), "the ONNX model")
    ((name, dtype),) = model.types.items()

    def run(images: np.ndarray) -> np.ndarray:
        outputs = [session.run({name: image[None].astype(dtype)})[0] for image in images]
        return np.stack([output.reshape(-1) for output in outputs])

    return run
