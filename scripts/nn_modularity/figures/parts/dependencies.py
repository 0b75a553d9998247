"""How types of dependencies look."""

from nn_modularity import palette

TYPES = {
    "I": ("X and Y are tied together", palette.BLACK, "-", "o"),
    "II": ("Y gets all it needs from X", palette.INDIGO, (0, (4, 1.5)), "s"),
    "III": ("X feeds only Y", palette.OLIVE, (0, (1, 1)), "^"),
    "IV": ("says nothing", palette.GREY, "-", "D"),
}
"""Meaning, colour, line and marker of every type of dependency."""
