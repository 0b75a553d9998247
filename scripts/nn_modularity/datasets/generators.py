"""Datasets that are drawn, not downloaded: LINE, CIRCLE and RANDOM."""

import logging
from collections.abc import Callable

import numpy as np
from skimage.draw import circle_perimeter

from nn_modularity import seeds
from nn_modularity.datasets.dataset_file import Dataset
from nn_modularity.images import IMAGE_SHAPE, N_CLASSES

log = logging.getLogger(__name__)

WHITE = 255
RADIUS = 4
CIRCLES_AT_ONCE = 5000

Images = tuple[np.ndarray, np.ndarray]


def line(rng: np.random.Generator, n: int) -> Images:
    """Images of 1 to 10 distinct white columns on black.

    Returns
    -------
    X : (n, 28, 28) uint8
        Every column is wholly 0 or wholly 255.
    y : (n,) int64
        Number of columns − 1, uniform.
    """
    height, width = IMAGE_SHAPE
    counts = _counts(rng, n)
    columns = distinct_positions(rng, n, width)
    image, place = np.nonzero(np.arange(N_CLASSES) < counts[:, None])
    lit = np.zeros((n, width), dtype=np.uint8)
    lit[image, columns[image, place]] = WHITE
    return np.repeat(lit[:, None, :], height, axis=1), counts - 1


def circle(rng: np.random.Generator, n: int) -> Images:
    """Images of 1 to 10 white circles of radius 4 with distinct centres, on black.

    A circle is its outline, one pixel wide. Its centre may be any pixel: the image's border cuts
    off what lies outside.

    Returns
    -------
    X : (n, 28, 28) uint8
    y : (n,) int64
        Number of circles − 1, uniform.
    """
    starts = range(0, n, CIRCLES_AT_ONCE)
    parts = [_circles(rng, min(CIRCLES_AT_ONCE, n - start)) for start in starts]
    X, y = zip(*parts, strict=True)
    return np.concatenate(X), np.concatenate(y)


def random(rng: np.random.Generator, n: int) -> Images:
    """Images of independent uniform grey values, with uniform classes that say nothing.

    Returns
    -------
    X : (n, 28, 28) uint8
    y : (n,) int64
    """
    return rng.integers(0, 256, (n, *IMAGE_SHAPE), dtype=np.uint8), rng.integers(0, N_CLASSES, n)


GENERATORS: dict[str, Callable[[np.random.Generator, int], Images]] = {
    "line": line,
    "circle": circle,
    "random": random,
}


def generate(dataset: str, generator: str, n_train: int, n_test: int, seed: int) -> Dataset:
    """Draw a dataset.

    Parameters
    ----------
    dataset : str
        Its name, which gives it random numbers of its own.
    generator : {"line", "circle", "random"}
    n_train, n_test : int
        Numbers of images. The test images don't depend on the number of training images.
    seed : int
        The study's seed.
    """
    draw = GENERATORS[generator]
    X_train, y_train = draw(seeds.generator(seed, "dataset", dataset, "train"), n_train)
    X_test, y_test = draw(seeds.generator(seed, "dataset", dataset, "test"), n_test)
    log.info("drew %d + %d images of %s", n_train, n_test, generator)
    return Dataset(
        X_train,
        y_train,
        X_test,
        y_test,
        source=f"generated: {generator}",
        parameters={"generator": generator, "n_train": n_train, "n_test": n_test, "seed": seed},
    )


def distinct_positions(rng: np.random.Generator, n: int, size: int) -> np.ndarray:
    """Rows of ten distinct integers below `size`, uniform among all such rows.

    Returns
    -------
    (n, 10) int64
        The first c of a row are a uniform draw of c distinct positions.
    """
    positions = rng.integers(0, size, (n, N_CLASSES))
    while True:
        ordered = np.sort(positions, axis=1)
        repeats = np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))
        if len(repeats) == 0:
            return positions
        positions[repeats] = rng.integers(0, size, (len(repeats), N_CLASSES))


def _circles(rng: np.random.Generator, n: int) -> Images:
    height, width = IMAGE_SHAPE
    counts = _counts(rng, n)
    centres = distinct_positions(rng, n, height * width)
    image, place = np.nonzero(np.arange(N_CLASSES) < counts[:, None])
    row, column = np.divmod(centres[image, place], width)
    # On a canvas with a margin of one radius no circle needs to be cut.
    canvas = np.zeros((n, height + 2 * RADIUS, width + 2 * RADIUS), dtype=np.uint8)
    down, right = circle_perimeter(RADIUS, RADIUS, RADIUS)
    canvas[image[:, None], row[:, None] + down, column[:, None] + right] = WHITE
    return canvas[:, RADIUS:-RADIUS, RADIUS:-RADIUS], counts - 1


def _counts(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.integers(1, N_CLASSES + 1, n)
