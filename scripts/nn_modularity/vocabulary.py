"""What the study calls things, each name said once: in its config, tables, files and figures."""

from typing import Literal, get_args

Stage = Literal["unpruned", "pruned"]
STAGES: tuple[Stage, ...] = get_args(Stage)

Shuffle = Literal["layer", "layer_nonzero", "layer_nonzero_distribution", "layer_all_distribution"]
SHUFFLES: tuple[Shuffle, ...] = get_args(Shuffle)
"""Null models, see `null_models`."""
COMPARED_SHUFFLES: tuple[Shuffle, ...] = ("layer", "layer_nonzero")
"""The two that figures and effect sizes compare, and that were published."""

COMPLETE = "complete"
SMALL = "small"
IMPORTANT = "important"
SIGNIFICANT_ONLY = "sig-but-not-diff"
DIFFERENT_ONLY = "diff-but-not-sig"
PRUNABLE = "prunable"
LEAST_IMPORTANT = "least_important"
OTHER = "other"
BY_EFFECT = (IMPORTANT, SIGNIFICANT_ONLY, DIFFERENT_ONLY, PRUNABLE, LEAST_IMPORTANT, OTHER)
"""Classes of pairs of sub-modules, see `taxonomy`."""
CLASSES = (COMPLETE, SMALL, *BY_EFFECT)
"""Classes of sub-modules."""

SCORES = {"accuracy": "accuracy", "margin": "margin", "f1": "F1", "r2": "R²"}
"""Scores of networks, and what readers call them."""

DEPENDENCIES = {
    "I": "X and Y are tied together",
    "II": "Y gets all it needs from X",
    "III": "X feeds only Y",
    "IV": "says nothing",
}
"""Types of dependency of a later sub-module Y on an earlier one X, see `dependencies`."""
