"""How types of dependencies look."""

from nn_modularity import palette
from nn_modularity.vocabulary import DEPENDENCIES

_LOOKS = (
    (palette.BLACK, "-", "o"),
    (palette.INDIGO, (0, (4, 1.5)), "s"),
    (palette.OLIVE, (0, (1, 1)), "^"),
    (palette.GREY, "-", "D"),
)
TYPES = {
    name: (meaning, *look)
    for (name, meaning), look in zip(DEPENDENCIES.items(), _LOOKS, strict=True)
}
"""Meaning, colour, line and marker of every type of dependency."""
