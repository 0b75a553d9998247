"""Single lesions against networks that are damaged and run anew."""

import numpy as np
import pytest
from hypothesis import given, settings

import damaged_networks as reference
from nn_modularity import pieces
from nn_modularity.activations import forward
from nn_modularity.errors import StudyError
from nn_modularity.lesions import single, subjects, taxonomy
from nn_modularity.lesions.results import SingleTest
from nn_modularity.networks import chains, weights
from nn_modularity.networks.labelling import Labelling
from nn_modularity.tables import lesions

FAST = settings(max_examples=40)


def map_here(function, tasks):
    return [function(task) for task in tasks]


def generators(n, seed=0):
    return [np.random.default_rng([seed, trial]) for trial in range(n)]


def slow_permutation(labels, widths, generator):
    labels = labels.copy()
    for start, width in list(zip(np.cumsum([0, *widths]), widths, strict=False))[1:-1]:
        places = [place for place in range(start, start + width) if labels[place] >= 0]
        labels[places] = generator.permutation(labels[places])
    return labels


def labelled(subject, labels):
    """Right predictions by sub-module and class."""
    labelling = Labelling(labels, subject.widths)
    return single.labelled_points(subject, [labelling], labelling.sub_modules)[0]


def slow_single_counts(network, labels, images, classes):
    """Right predictions by sub-module and class."""
    counts = []
    for layer, label in reference.names(labels, network.widths):
        mask = reference.members(labels, network.widths, layer, label)
        is_right = reference.predictions(network, images, [(layer, mask)]) == classes
        counts.append([is_right[classes == each].sum() for each in range(network.widths[-1])])
    return np.array(counts)


@FAST
@given(reference.cases())
def test_single_test_equals_brute_force_with_its_null_distribution(case):
    network, labels, images, classes = case
    subject = subjects.examine(network, images, classes)
    labelling = Labelling(labels, network.widths)
    test = single.single_test(subject, labelling, generators(3), map_here)

    names = reference.names(labels, network.widths)
    assert list(zip(test.layer, test.label, strict=True)) == names
    is_right = reference.predictions(network, images) == classes
    assert test.intact.sum() == is_right.sum()
    np.testing.assert_array_equal(test.intact, np.bincount(classes[is_right], minlength=3))
    np.testing.assert_array_equal(test.class_sizes, np.bincount(classes, minlength=3))
    np.testing.assert_array_equal(
        test.lesioned, slow_single_counts(network, labels, images, classes)
    )
    twins = [slow_permutation(labels, network.widths, each) for each in generators(3)]
    np.testing.assert_array_equal(
        test.null, [slow_single_counts(network, each, images, classes) for each in twins]
    )


@pytest.mark.parametrize("density", [0.1, 1.0])
@pytest.mark.parametrize("activation", ["relu", "linear", "tanh", "sigmoid"])
def test_every_activation_function_and_kernel_equals_brute_force(activation, density):
    network = reference.network((30, 20, 18, 16, 4), density=density, activation=activation)
    images, classes = reference.images(forward.CHUNK + 100, 30, 4)
    labels = np.random.default_rng(0).integers(-1, 3, sum(network.widths))
    subject = subjects.examine(network, images, classes)
    np.testing.assert_array_equal(
        labelled(subject, labels),
        slow_single_counts(network, labels, images, classes),
    )


@pytest.mark.parametrize("output", ["softmax", "linear", "sigmoid", "relu", "tanh"])
def test_every_output_function_equals_brute_force(output):
    made = reference.network((6, 5, 4, 3))
    last = made.layers[-1]
    layers = (*made.layers[:-1], weights.Layer("dense", last.kernel, last.bias, output))
    network = weights.Network(made.input_shape, layers)
    images, classes = reference.images(200, 6, 3)
    labels = np.arange(18) % 2
    np.testing.assert_array_equal(
        labelled(subjects.examine(network, images, classes), labels),
        slow_single_counts(network, labels, images, classes),
    )


@pytest.mark.parametrize("density", [0.1, 1.0])
def test_damaged_networks_predict_what_keras_predicts_image_by_image(density):
    import keras  # here, so that the other tests need not wait for TensorFlow

    network = reference.network((784, 64, 48, 32, 10), density=density, seed=3)
    images, classes = reference.images(forward.CHUNK + 300, 784, 10)
    labels = np.random.default_rng(0).integers(-1, 4, sum(network.widths))
    subject = subjects.examine(network, images, classes)
    model = keras.Sequential(
        [keras.Input((784,))]
        + [keras.layers.Dense(len(each.bias), each.activation) for each in network.layers]
    )
    labelling = Labelling(labels, network.widths)
    for sub_module in labelling.sub_modules:
        mask = labelling.members(sub_module)
        damaged = [array for each in network.layers for array in (each.kernel, each.bias)]
        for place in (2 * sub_module.layer - 2, 2 * sub_module.layer - 1):
            damaged[place] = damaged[place] * ~mask
        model.set_weights(damaged)
        scaled = images.astype(np.float32) / np.float32(255)
        expected = model.predict(scaled, batch_size=400, verbose=0).argmax(axis=1)
        (damage,) = subjects.damages(subject, labelling, [sub_module])
        found = [
            subject.engine.damaged(activity, damage).argmax(axis=0)
            for activity in subject.engine.activities()
        ]
        np.testing.assert_array_equal(np.concatenate(found), expected)


def test_a_lesion_of_neurons_without_outgoing_weights_changes_nothing_and_is_never_significant():
    network = reference.network((6, 8, 8, 3))
    network.layers[1].kernel[:4] = 0
    images, classes = reference.images(100, 6, 3)
    labels = np.zeros(25, int)
    labels[6:10] = 1
    subject = subjects.examine(network, images, classes)
    test = single.single_test(subject, Labelling(labels, subject.widths), generators(20), map_here)
    table = lesions.single(test, taxonomy.Rule(20, small=1)).set_index(["layer", "label"])
    row = table.loc[1, 1]
    assert row["diff"] == 0
    assert row["pvalue"] > 1 / 20


@pytest.mark.parametrize("workers", [1, 3])
def test_results_do_not_depend_on_the_number_of_workers(tmp_path, workers):
    network = reference.network((9, 20, 20, 4), density=0.3)
    images, classes = reference.images(700, 9, 4)
    labels = np.random.default_rng(0).integers(-1, 3, sum(network.widths))
    labelling = Labelling(labels, network.widths)
    subject = subjects.examine(network, images, classes)
    expected = single.single_test(subject, labelling, generators(35), map_here)
    with pieces.Store(tmp_path / "table.csv", "fingerprint") as store:
        found = single.single_test(
            subject,
            labelling,
            generators(35),
            lambda function, tasks: store.map(
                function, tasks, workers=workers, description="Lesions"
            ),
        )
    for name, values in vars(expected).items():
        np.testing.assert_array_equal(getattr(found, name), values)


def test_a_killed_run_resumes_without_repeating_finished_pieces(tmp_path):
    network = reference.network((9, 6, 4))
    images, classes = reference.images(50, 9, 4)
    labelling = Labelling(np.arange(19) % 2, network.widths)
    subject = subjects.examine(network, images, classes)
    calls = []

    def run(stop_at):
        with pieces.Store(tmp_path / "table.csv", "fingerprint") as store:

            def map_pieces(function, tasks):
                def counted(task):
                    if len(calls) == stop_at:
                        raise KeyboardInterrupt
                    calls.append(task)
                    return function(task)

                return store.map(counted, tasks, workers=1, description="Lesions")

            return single.single_test(subject, labelling, generators(40), map_pieces)

    with pytest.raises(KeyboardInterrupt):
        run(stop_at=2)
    resumed = run(stop_at=None)
    assert len(calls) == 40 / single.TRIALS_A_PIECE
    undisturbed = single.single_test(subject, labelling, generators(40), map_here)
    np.testing.assert_array_equal(resumed.null, undisturbed.null)


def test_table_holds_the_published_columns_first_and_recomputes_from_counts():
    test = SingleTest(
        layer=np.array([1, 1]),
        label=np.array([0, 3]),
        n_neurons=np.array([15, 5]),
        n_in_layer=np.array([20, 20]),
        score="accuracy",
        class_sizes=np.array([60, 40]),
        intact=np.array([50, 40]),
        lesioned=np.array([[30, 20], [50, 39]]),
        null=np.array([[[50, 30], [50, 40]], [[30, 20], [50, 38]], [[48, 30], [49, 40]]]),
        data_complete=True,
    )
    table = lesions.single(test, taxonomy.Rule(3, delta=-0.01, small=12))
    published = (
        "layer label diff corrected_pvalue label_in_layer_proportion true taxonomy mean std "
        "z_score n_layer_label"
    )
    assert list(table.columns[:11]) == published.split()
    first, second = table.to_dict("records")
    null = np.array([0.8, 0.5, 0.78])
    assert first["diff"] == -0.4
    assert first["true"] == 0.5
    assert first["corrected_pvalue"] == 1 / 4
    assert first["pvalue"] == 2 / 4
    assert first["label_in_layer_proportion"] == 0.75
    assert first["mean"] == pytest.approx(null.mean())
    assert first["std"] == pytest.approx(null.std(ddof=1))
    assert first["z_score"] == pytest.approx((0.5 - null.mean()) / null.std(ddof=1))
    assert first["taxonomy"] == "diff-but-not-sig"
    assert first["acc_0"] == 0.5
    assert first["intact_acc_0"] == 50 / 60
    assert second["pvalue"] == 3 / 4
    assert second["corrected_pvalue"] == 2 / 4
    assert second["taxonomy"] == "small"
    # The first lesion's z is that of its twin in the second trial, the second's is 0, and the
    # smaller z of the three trials are 0.64, -1.15 and 0.
    assert first["p_fwer"] == 2 / 4
    assert second["p_fwer"] == 3 / 4
    assert first["pvalue_bh"] == 3 / 4


def test_the_published_rule_ignores_ties():
    test = SingleTest(
        layer=np.array([1]),
        label=np.array([0]),
        n_neurons=np.array([15]),
        n_in_layer=np.array([20]),
        score="accuracy",
        class_sizes=np.array([100]),
        intact=np.array([90]),
        lesioned=np.array([[90]]),
        null=np.full((9, 1, 1), 90),
        data_complete=True,
    )
    ours = lesions.single(test, taxonomy.Rule(9, ties="counted"))
    published = lesions.single(test, taxonomy.Rule(9, ties="ignored"))
    assert ours["taxonomy"].item() == "prunable"
    assert published["taxonomy"].item() == "sig-but-not-diff"


def test_images_that_do_not_fit_the_network_are_refused():
    images, classes = reference.images(5, 9, 2)
    with pytest.raises(StudyError, match=r"images of \(9,\).*expects \(3,\)"):
        subjects.examine(reference.network((3, 4, 2)), images, classes)


@pytest.mark.parametrize("as_graph", [False, True])
def test_a_network_without_hidden_layers_has_nothing_to_lesion(as_graph, caplog):
    network = reference.network((3, 2))
    images, classes = reference.images(5, 3, 2)
    subject = subjects.examine(chains.to_graph(network) if as_graph else network, images, classes)
    test = single.single_test(subject, Labelling(np.arange(5) % 2, (3, 2)), generators(3), map_here)
    assert test.null.shape == (3, 0, 2)
    assert "nothing to lesion" in caplog.text
    table = lesions.single(test, taxonomy.Rule(3))
    assert len(table) == 0
    assert {"taxonomy", "p_fwer", "acc_1"} <= set(table.columns)


@FAST
@given(reference.cases())
def test_any_networks_engine_finds_what_that_of_dense_chains_finds(case):
    network, labels, images, classes = case
    labelling = Labelling(labels, network.widths)
    tests = [
        single.single_test(
            subjects.examine(each, images, classes), labelling, generators(3), map_here
        )
        for each in (network, chains.to_graph(network))
    ]
    for name, values in vars(tests[0]).items():
        np.testing.assert_array_equal(getattr(tests[1], name), values)


def test_a_clustering_of_another_network_is_refused():
    subject = subjects.examine(reference.network((3, 4, 2)), *reference.images(5, 3, 2))
    other = Labelling(np.zeros(10, int), (3, 5, 2))
    with pytest.raises(StudyError, match=r"layers of \(3, 5, 2\) neurons.* has \(3, 4, 2\)"):
        single.single_test(subject, other, generators(1), map_here)


@pytest.mark.parametrize("data_complete", [False, True])
def test_whether_the_images_are_all_goes_along_with_the_counts(tmp_path, data_complete):
    images, classes = reference.images(5, 3, 2)
    subject = subjects.examine(
        reference.network((3, 4, 2)), images, classes, data_complete=data_complete
    )
    labelling = Labelling(np.arange(9) % 2, subject.widths)
    test = single.single_test(subject, labelling, generators(3), map_here)
    test.write(tmp_path / "counts.h5")
    found = SingleTest.read(tmp_path / "counts.h5")
    assert found.data_complete is data_complete
    for name, values in vars(test).items():
        np.testing.assert_array_equal(getattr(found, name), values)
