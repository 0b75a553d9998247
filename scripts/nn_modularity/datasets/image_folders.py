"""Folders of images of the user's own: a folder a class, or those within train and test."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path

import numpy as np
from PIL import Image

from nn_modularity import logs
from nn_modularity.errors import StudyError

log = logging.getLogger(__name__)

FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".bmp": "BMP",
    ".gif": "GIF",
    ".webp": "WEBP",
    ".pgm": "PPM",
    ".ppm": "PPM",
}
"""Endings of images, and the one decoder that each is given to: some of Pillow's run programs."""
CHANNELS = {"1": 1, "L": 1, "LA": 1, "P": 3, "RGB": 3, "RGBA": 3}
"""Modes that are read, and the channels that they become. Transparency is left out."""
MODES = {1: "L", 3: "RGB"}

Parts = Mapping[str, tuple[np.ndarray, np.ndarray]]


def read(folder: Path, shape: Sequence[int] | None, most: int) -> Parts:
    """Images and their classes' names.

    Parameters
    ----------
    folder : Path
        Holds a folder a class; or ``train`` and ``test``, which do.
    shape : sequence of int, optional
        Height and width, or those and 1 or 3 channels, to which images are brought: resized
        with anti-aliasing, turned to grey (luminance) or to colour. If there is none they must be
        of one size, and are grey where all of them are.
    most : int
        Bytes that all images may have.

    Returns
    -------
    mapping
        Images (n, height, width[, 3]) uint8 and names (n,) of ``train`` and ``test``; of ``all``,
        where no folder tells.

    Raises
    ------
    StudyError
        If there are no such images, one can't be read or lies outside the folder, or they differ
        in size and no shape is asked for.
    """
    images = {part: list(_images(place, folder)) for part, place in _parts(folder).items()}
    paths = [path for listed in images.values() for _, path in listed]
    shape = _common_shape(paths) if shape is None else tuple(shape)
    if len(paths) * prod(shape) > most:
        raise StudyError(f"{folder}: found {len(paths):,} images, more than there is room for")
    return {
        part: (_read([path for _, path in listed], shape), np.array([name for name, _ in listed]))
        for part, listed in images.items()
    }


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _parts(folder: Path) -> dict[str, Path]:
    names = [path.name for path in _folders(folder)]
    if "train" not in names or not _folders(folder / "train"):
        return {"all": folder}
    if names != ["test", "train"]:
        raise StudyError(
            f"{folder}: found {', '.join(names)}, expected train and test alone, where there is "
            "train with folders in it"
        )
    return {"train": folder / "train", "test": folder / "test"}


def _images(place: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Images with their classes' names, in the order of these and of their own."""
    root = folder.resolve()
    classes = _folders(place)
    if len(classes) < 2:
        raise StudyError(
            f"{place}: found {len(classes)} folders, expected one for each of several classes (or "
            "the folders train and test with such folders in them)"
        )
    for of_class in classes:
        n_others = 0
        paths = sorted(p for p in of_class.rglob("*") if p.is_file() and p.name[0] != ".")
        for path in paths:
            if path.suffix.lower() not in FORMATS:
                n_others += 1
                continue
            if not path.resolve().is_relative_to(root):
                raise StudyError(f"{path}: leads out of {folder}, expected the image itself there")
            yield of_class.name, path
        if n_others == len(paths):
            raise StudyError(f"{of_class}: found no images, expected {', '.join(FORMATS)}")
        if n_others:
            log.warning("%s: left out %d files that are no images", of_class, n_others)


def _open(path: Path) -> Image.Image:
    try:
        image = Image.open(path, formats=[FORMATS[path.suffix.lower()]])
    except Exception as error:  # Decoders fail in many ways.
        raise _unreadable(path, error) from error
    if image.mode not in CHANNELS:
        image.close()
        raise StudyError(
            f"{path}: found pixels of the kind {image.mode}, expected 8 bits of grey or colour"
        )
    return image


def _common_shape(paths: Sequence[Path]) -> tuple[int, ...]:
    sizes: dict[tuple[int, int], Path] = {}
    n_channels = 1
    for path in paths:
        with _open(path) as image:
            sizes.setdefault(image.size, path)
            n_channels = max(n_channels, CHANNELS[image.mode])
        if len(sizes) > 1:
            found = " and ".join(f"{w}×{h} ({path})" for (w, h), path in sizes.items())
            raise StudyError(f"found images of {found}; say which size all are to have: `shape`")
    ((width, height),) = sizes
    return (height, width) if n_channels == 1 else (height, width, n_channels)


def _read(paths: Sequence[Path], shape: Sequence[int]) -> np.ndarray:
    height, width, *channels = shape
    mode = MODES.get(channels[0] if channels else 1)
    if mode is None or len(channels) > 1:
        raise StudyError(f"shape: found {shape}, expected height and width, or those and 1 or 3")
    images = np.empty((len(paths), *shape), np.uint8)
    progress = logs.progress(paths, description="images", unit="images")
    for path, made in zip(progress, images, strict=True):
        with _open(path) as image:
            if image.width * image.height > Image.MAX_IMAGE_PIXELS:
                raise StudyError(f"{path}: found {image.width}×{image.height} pixels, too many")
            try:
                plain = image.convert(mode)
            except Exception as error:
                raise _unreadable(path, error) from error
        if plain.size != (width, height):
            plain = plain.resize((width, height), Image.Resampling.BILINEAR)
        made[:] = np.asarray(plain).reshape(shape)
    return images


def _unreadable(path: Path, error: Exception) -> StudyError:
    return StudyError(
        f"{path}: found an image that can't be read ({error}); expected a whole "
        f"{FORMATS[path.suffix.lower()]}"
    )
