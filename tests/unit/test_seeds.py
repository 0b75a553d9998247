"""Every place in the study has randomness of its own, the same one every time."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn_modularity import seeds

SCRIPTS = Path(seeds.__file__).parents[1]
PATHS = st.lists(st.one_of(st.text(max_size=8), st.integers(0, 50)), max_size=4)


def draw(seed, *path):
    return tuple(seeds.generator(seed, *path).integers(2**63, size=4))


@given(PATHS)
def test_the_same_place_draws_the_same_numbers(path):
    assert draw(3, *path) == draw(3, *path)


@given(st.lists(PATHS, min_size=2, max_size=6, unique_by=repr))
def test_different_places_draw_different_numbers(paths):
    draws = [draw(3, *path) for path in paths]
    assert len(set(draws)) == len(draws)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, "train", 0), (2, "train", 0)),
        ((1, "train", 0), (1, "train", 1)),
        ((1, "train", 1), (1, "train", "1")),
        ((1, "train", "prune"), (1, "prune", "train")),
        ((1, "train", "A"), (1, "trainA")),
        ((1,), (1, "")),
    ],
)
def test_seed_order_type_and_borders_of_a_place_matter(one, other):
    assert draw(*one) != draw(*other)


def test_the_pieces_of_a_place_differ_from_it_and_from_one_another():
    place = seeds.sequence(1, "shuffle")
    children = [np.random.default_rng(child).integers(2**63) for child in place.spawn(20)]
    assert len({*children, seeds.generator(1, "shuffle").integers(2**63)}) == 21


def test_neighbouring_places_are_uncorrelated():
    streams = np.array([seeds.generator(1, "train", i).standard_normal(4000) for i in range(12)])
    correlations = np.corrcoef(streams)[np.triu_indices(12, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(4000)


def test_other_processes_draw_the_same_numbers():
    program = (
        "from nn_modularity import seeds;"
        "print(*seeds.generator(7, 'lesion', 'MNIST+DROPOUT', 0).integers(2**63, size=4))"
    )
    for hash_seed in ("1", "2"):
        printed = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": str(SCRIPTS), "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert tuple(map(int, printed.split())) == draw(7, "lesion", "MNIST+DROPOUT", 0)
