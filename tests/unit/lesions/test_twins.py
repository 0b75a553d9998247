"""Random twins of sub-modules."""

import numpy as np
from hypothesis import given, settings

import damaged_networks as reference
from nn_modularity.lesions import twins
from nn_modularity.networks.labelling import Labelling, SubModule


@settings(deadline=None, max_examples=40)
@given(reference.cases())
def test_random_twins_have_the_size_of_their_sub_module_and_no_isolated_neuron(case):
    network, labels, _, _ = case
    labelling = Labelling(labels, network.widths)
    twin = twins.permute(labelling, np.random.default_rng(1))
    assert twin.sub_modules == labelling.sub_modules
    np.testing.assert_array_equal(twin.labels == -1, labels == -1)
    for own, random in zip(labelling.by_layer, twin.by_layer, strict=True):
        np.testing.assert_array_equal(np.sort(own), np.sort(random))


def test_random_twins_leave_inputs_and_outputs_and_the_labelling_itself_alone():
    labelling = Labelling(np.arange(40), (10, 20, 10))
    twin = twins.permute(labelling, np.random.default_rng(0))
    np.testing.assert_array_equal(twin.labels[:10], np.arange(10))
    np.testing.assert_array_equal(twin.labels[30:], np.arange(30, 40))
    assert np.any(twin.labels[10:30] != np.arange(10, 30))
    np.testing.assert_array_equal(labelling.labels, np.arange(40))


def test_every_neuron_that_is_not_isolated_is_drawn_equally_often():
    labelling = Labelling(np.array([0, *[1, 1, 0, 0, 0, -1], 0]), (1, 6, 1))
    generator = np.random.default_rng(0)
    drawn = [twins.permute(labelling, generator).by_layer[1] == 1 for _ in range(2000)]
    share = np.mean(drawn, axis=0)
    assert np.all(np.abs(share[:5] - 2 / 5) < 0.05)
    assert share[5] == 0


def test_around_a_fixed_sub_module_it_stays_whole():
    labels = np.random.default_rng(0).integers(-1, 4, 62)
    own = labels[1:61]
    labelling = Labelling(labels, (1, 60, 1))
    twin = twins.permute_around(labelling, SubModule(1, 2), np.random.default_rng(0))
    np.testing.assert_array_equal(twin == 2, own == 2)
    np.testing.assert_array_equal(twin == -1, own == -1)
    np.testing.assert_array_equal(np.sort(twin), np.sort(own))
    assert np.any(twin != own)
