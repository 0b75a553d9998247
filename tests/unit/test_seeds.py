"""One seed for the study, another for each of its places."""

import numpy as np

from nn_modularity import seeds


def test_a_place_keeps_its_numbers():
    first, second = (seeds.generator(3, "shuffle", "MNIST", 0).random(4) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_other_places_and_seeds_have_other_numbers():
    places = [(3, "a", 0), (3, "a", 1), (3, "b", 0), (4, "a", 0), (3, "a", "0"), (3, "a", 0, 0)]
    assert len({seeds.generator(*place).random() for place in places}) == len(places)
