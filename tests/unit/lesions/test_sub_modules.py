"""Sub-modules and their random twins."""

import numpy as np
from hypothesis import given, settings

import damaged_networks as reference
from nn_modularity.lesions import sub_modules
from nn_modularity.lesions.sub_modules import SubModule

WIDTHS = (2, 3, 4, 2)
LABELS = np.array([0, 1, 5, -1, 5, 0, 7, 0, -1, 0, 1])


def by_layer(labels, widths):
    return np.split(labels, np.cumsum(widths)[:-1])


def test_sub_modules_are_the_clusters_within_each_hidden_layer_without_isolated_neurons():
    assert sub_modules.find(LABELS, WIDTHS) == [SubModule(1, 5), SubModule(2, 0), SubModule(2, 7)]


def test_members_of_a_sub_module():
    found = sub_modules.members(LABELS, WIDTHS, SubModule(2, 0))
    np.testing.assert_array_equal(found, [True, False, True, False])
    found = sub_modules.members(LABELS, WIDTHS, SubModule(1, 5))
    np.testing.assert_array_equal(found, [True, False, True])


@settings(max_examples=40)
@given(reference.cases())
def test_random_twins_have_the_size_of_their_sub_module_and_no_isolated_neuron(case):
    network, labels, _, _ = case
    twin = sub_modules.permute(labels, network.widths, np.random.default_rng(1))
    np.testing.assert_array_equal(twin == -1, labels == -1)
    pairs = zip(by_layer(labels, network.widths), by_layer(twin, network.widths), strict=True)
    for own, random in pairs:
        np.testing.assert_array_equal(np.sort(own), np.sort(random))


def test_random_twins_leave_inputs_and_outputs_alone():
    labels = np.arange(40)
    twin = sub_modules.permute(labels, (10, 20, 10), np.random.default_rng(0))
    np.testing.assert_array_equal(twin[:10], labels[:10])
    np.testing.assert_array_equal(twin[30:], labels[30:])
    assert np.any(twin[10:30] != labels[10:30])


def test_every_neuron_that_is_not_isolated_is_drawn_equally_often():
    labels = np.array([0, *[1, 1, 0, 0, 0, -1], 0])
    generator = np.random.default_rng(0)
    twins = [sub_modules.permute(labels, (1, 6, 1), generator)[1:7] == 1 for _ in range(2000)]
    share = np.mean(twins, axis=0)
    assert np.all(np.abs(share[:5] - 2 / 5) < 0.05)
    assert share[5] == 0


def test_around_a_fixed_sub_module_it_stays_whole():
    labels = np.random.default_rng(0).integers(-1, 4, 62)
    fixed = SubModule(1, 2)
    own = labels[1:61]
    twin = sub_modules.permute_around(labels, (1, 60, 1), fixed, np.random.default_rng(0))
    np.testing.assert_array_equal(twin == 2, own == 2)
    np.testing.assert_array_equal(twin == -1, own == -1)
    np.testing.assert_array_equal(np.sort(twin), np.sort(own))
    assert np.any(twin != own)
