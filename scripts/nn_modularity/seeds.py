"""Randomness: every stage derives its own seed from the study's one."""

import hashlib

import numpy as np


def sequence(seed: int, *path: str | int) -> np.random.SeedSequence:
    """Seed sequence of one place in the study.

    Parameters
    ----------
    seed : int
        The study's seed.
    path : str or int
        Where in the study, for example ``("shuffle", "MNIST", 0, "pruned")``. Different paths
        give independent sequences, whatever the order in which stages run.

    Returns
    -------
    numpy.random.SeedSequence
        Its children (``spawn``) serve the stage's independent pieces.
    """
    spawn_key = tuple(_word(step) for step in path)
    return np.random.SeedSequence(seed, spawn_key=spawn_key)


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """Random generator of one place in the study; see `sequence`."""
    return np.random.default_rng(sequence(seed, *path))


def generators(seed: int, *path: str | int, n: int) -> list[np.random.Generator]:
    """Random generators of the `n` trials at one place in the study; see `sequence`."""
    return [generator(seed, *path, trial) for trial in range(n)]


def _word(step: str | int) -> int:
    # Python's own hash() of a string differs from process to process.
    digest = hashlib.sha256(f"{type(step).__name__}:{step}".encode()).digest()
    return int.from_bytes(digest[:8], "little")
