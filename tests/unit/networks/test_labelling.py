"""Labels of neurons, and the sub-modules that they make."""

import numpy as np
import pytest
from hypothesis import given, settings

import damaged_networks as reference
from nn_modularity.errors import StudyError
from nn_modularity.networks.labelling import Labelling, SubModule

LABELLING = Labelling(np.array([0, 1, 5, -1, 5, 0, 7, 0, -1, 0, 1]), (2, 3, 4, 2))


def test_sub_modules_are_the_clusters_within_each_hidden_layer_without_isolated_neurons():
    assert LABELLING.sub_modules == (SubModule(1, 5), SubModule(2, 0), SubModule(2, 7))


@settings(deadline=None, max_examples=40)
@given(reference.cases())
def test_sub_modules_and_their_members_are_those_of_the_reference(case):
    network, labels, _, _ = case
    labelling = Labelling(labels, network.widths)
    assert list(labelling.sub_modules) == reference.names(labels, network.widths)
    for each in labelling.sub_modules:
        expected = reference.members(labels, network.widths, *each)
        np.testing.assert_array_equal(labelling.members(each), expected)


def test_members_of_a_sub_module():
    found = LABELLING.members(SubModule(2, 0))
    np.testing.assert_array_equal(found, [True, False, True, False])
    found = LABELLING.members(SubModule(1, 5))
    np.testing.assert_array_equal(found, [True, False, True])


def test_sub_modules_are_found_once():
    assert LABELLING.sub_modules is LABELLING.sub_modules


def test_isolated_neurons_are_counted_in_all_layers():
    assert LABELLING.n_isolated == 2


def test_there_is_one_label_a_neuron():
    with pytest.raises(StudyError, match=r"found an array \(4,\).*expected \(5,\)"):
        Labelling(np.zeros(4, int), (2, 3))


def test_a_labelling_reads_back_as_it_was_written(tmp_path):
    LABELLING.write(tmp_path / "labels.h5")
    found = Labelling.read(tmp_path / "labels.h5")
    np.testing.assert_array_equal(found.labels, LABELLING.labels)
    assert found.widths == LABELLING.widths
