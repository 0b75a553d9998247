"""What is said of an intact network's accuracy."""

import numpy as np
import pytest

from nn_modularity import accuracy
from nn_modularity.errors import StudyError


def test_chance_is_the_largest_class():
    assert accuracy.chance(np.array([10, 30, 20])) == 0.5


@pytest.mark.parametrize(("n_correct", "near"), [(10, True), (34, True), (39, True), (41, False)])
def test_a_third_of_the_way_from_chance_to_certainty_is_near_chance(n_correct, near):
    sizes = np.full(10, 10)
    assert accuracy.is_near_chance(n_correct, sizes) == near
    assert ("near chance (10.0%)" in accuracy.remark(n_correct, sizes)) == near


def test_a_network_as_good_as_it_is_said_to_be_passes():
    for stated in (0.9, 0.9049, 0.896):
        accuracy.check(9000, 10_000, stated, "the config", "look")
    accuracy.check(9, 10, 0.95, "the config", "look")  # no nearer with so few images


@pytest.mark.parametrize("stated", [0.98, 0.894, 0.1])
def test_a_network_of_another_accuracy_is_an_error(stated):
    message = rf"found an accuracy of 90.0% .* expected {stated:.1%} as the config says; look"
    with pytest.raises(StudyError, match=message):
        accuracy.check(9000, 10_000, stated, "the config", "look")
