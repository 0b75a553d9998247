"""Tasks of two images at once, made of one dataset. arXiv 2103.03386, section 5."""

import logging
from typing import Any

import numpy as np
from skimage.transform import resize

from nn_modularity import seeds
from nn_modularity.datasets.dataset_file import WHITE, Dataset
from nn_modularity.errors import StudyError

log = logging.getLogger(__name__)

LAYOUTS = ("halves", "stacked")


def pair(dataset: str, source: Dataset, of: str, layout: str, same: bool, seed: int) -> Dataset:
    """A dataset whose images are pairs of images of another.

    Parameters
    ----------
    dataset : str
        Name of the new one, which gives it random numbers of its own.
    source : Dataset
        Of grey images in classes.
    of : str
        Its name.
    layout : {"halves", "stacked"}
        Side by side, each at half its width; or as two channels.
    same : bool
        Whether both images show the same class, which is then the pair's: the first is every image
        once, the second any of its class. Otherwise both are drawn independently, and the pair's
        class is the sum of theirs, modulo the number of classes.
    seed : int
        The study's seed.

    Returns
    -------
    Dataset
        Of as many images.

    Raises
    ------
    StudyError
        If the source has no grey images in classes.
    """
    samples = source.X_train
    if source.task != "classification" or samples.ndim != 3 or samples.dtype != np.uint8:
        raise StudyError(
            f"pairs: found {of}, a {source.task} of {samples.dtype} samples {samples.shape[1:]}, "
            "expected grey images (height, width) of uint8 in classes"
        )
    parts: dict[str, Any] = {}
    for part in ("train", "test"):
        generator = seeds.generator(seed, "dataset", dataset, part)
        images, classes = getattr(source, f"X_{part}"), getattr(source, f"y_{part}")
        first, second = (_same if same else _independent)(classes, generator)
        y = classes[first]
        parts[f"X_{part}"] = _LAYOUTS[layout](images, first, second)
        parts[f"y_{part}"] = y if same else (y + classes[second]) % source.n_classes
    log.info("pairs of %s, %s", of, "of the same class" if same else "independent")
    return Dataset(
        **parts,
        source=f"pairs of {of} ({source.source})",
        complete=source.complete,
        parameters={
            "of": of,
            "layout": layout,
            "same": same,
            "seed": seed,
            "sha256_of_parts": source.sha256,
        },
        n_classes=source.n_classes,
        class_names=source.class_names if same else (),
        scale=source.scale,
    )


def _same(classes: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    second = np.empty(classes.size, np.int64)
    for each in np.unique(classes):
        members = np.flatnonzero(classes == each)
        second[members] = generator.choice(members, members.size)
    order = generator.permutation(classes.size)
    return order, second[order]


def _independent(
    classes: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    first, second = generator.integers(classes.size, size=(2, classes.size))
    return first, second


def _halves(images: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    narrow = _narrowed(images, images.shape[2] // 2)
    return np.concatenate([narrow[first], narrow[second]], axis=2)


def _narrowed(images: np.ndarray, width: int) -> np.ndarray:
    """Images of another width, smoothed, as bright at their brightest as before."""
    height = images.shape[1]
    found = np.stack(
        [resize(image.astype(np.float64), (height, width), anti_aliasing=True) for image in images]
    )
    return np.rint(found * (WHITE / max(found.max(), 1e-12))).astype(np.uint8)


def _stacked(images: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.stack([images[first], images[second]], axis=-1)


_LAYOUTS = {"halves": _halves, "stacked": _stacked}
