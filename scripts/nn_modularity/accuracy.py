"""How well an intact network does, beside what is known of it and what chance does."""

import numpy as np

from nn_modularity.errors import StudyError

CLOSE = 0.005
"""Largest difference between an accuracy that is stated and the one that is found."""
NEAR_CHANCE = 1 / 3
"""Share of the way from chance to certainty below which an accuracy is near chance."""


def chance(class_sizes: np.ndarray) -> float:
    """Accuracy of whoever always says the largest class.

    class_sizes : (n_classes,) int, images of each.
    """
    return float(class_sizes.max() / class_sizes.sum())


def is_near_chance(n_correct: int, class_sizes: np.ndarray) -> bool:
    """Whether a network does hardly better than chance, so that its lesions say little.

    Parameters
    ----------
    n_correct : int
        Images that it gets right.
    class_sizes : (n_classes,) int
        Images of each class.
    """
    by_chance = chance(class_sizes)
    return bool(n_correct / class_sizes.sum() < by_chance + NEAR_CHANCE * (1 - by_chance))


def remark(n_correct: int, class_sizes: np.ndarray) -> str:
    """What is to be said of an accuracy near chance; empty where it isn't."""
    if not is_near_chance(n_correct, class_sizes):
        return ""
    found = n_correct / class_sizes.sum()
    return (
        f"the intact network gets {found:.1%} of the test images right, near chance "
        f"({chance(class_sizes):.1%}): its lesions say little"
    )


def check(n_correct: int, n_images: int, stated: float, source: str, advice: str) -> None:
    """Compare an accuracy with what is known of the network.

    Parameters
    ----------
    n_correct, n_images : int
        Images that it gets right, of how many.
    stated : float
    source : str
        Where that is stated.
    advice : str
        How to go on where they differ.

    Raises
    ------
    StudyError
        If they differ by more than `CLOSE`, and more than rounding and one image make.
    """
    found = n_correct / n_images
    if abs(found - stated) > max(CLOSE, 1.5 / n_images):
        raise StudyError(
            f"found an accuracy of {found:.1%} on the test images, expected {stated:.1%} as "
            f"{source} says; {advice}"
        )
