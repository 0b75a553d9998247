"""Shuffled networks: what they keep, and that they are independent of each other."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse, stats
from sklearn.neighbors import KernelDensity

import shuffle_more
import shuffle_network
from nn_modularity import vocabulary
from nn_modularity.clustering import null_models
from nn_modularity.clustering.results import NullDistribution
from nn_modularity.graphs.operators import listed
from nn_modularity.networks import weights

FORMS = {"dense": np.asarray, "sparse": sparse.csr_array}


def matrix(density=0.3, shape=(12, 9), seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(size=shape) * (generator.random(shape) < density)


def dense(kernel):
    return kernel.toarray() if sparse.issparse(kernel) else kernel


def mlp(density=0.3, widths=(40, 30, 30, 10), seed=0):
    generator = np.random.default_rng(seed)
    return weights.mlp([matrix(density, shape, generator) for shape in pairwise(widths)])


matrices = st.builds(
    matrix,
    density=st.floats(0, 1),
    shape=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    seed=st.integers(0, 2**32 - 1),
)
forms = st.sampled_from(list(FORMS.values()))


@given(matrices, forms, st.integers(0, 2**32 - 1))
def test_layer_keeps_the_matrixs_entries(kernel, form, seed):
    shuffled = dense(null_models.layer(form(kernel), np.random.default_rng(seed)))
    assert shuffled.shape == kernel.shape
    assert np.array_equal(np.sort(shuffled, axis=None), np.sort(kernel, axis=None))


@given(matrices, forms, st.integers(0, 2**32 - 1))
def test_layer_nonzero_keeps_the_entries_and_the_mask(kernel, form, seed):
    shuffled = dense(null_models.layer_nonzero(form(kernel), np.random.default_rng(seed)))
    assert np.array_equal(shuffled != 0, kernel != 0)
    assert np.array_equal(np.sort(shuffled, axis=None), np.sort(kernel, axis=None))


@given(matrices, forms, st.integers(0, 2**32 - 1))
def test_layer_nonzero_distribution_keeps_the_mask(kernel, form, seed):
    shuffled = null_models.layer_nonzero_distribution(form(kernel), np.random.default_rng(seed))
    assert np.array_equal(dense(shuffled) != 0, kernel != 0)


@given(matrices, forms, st.integers(0, 2**32 - 1))
def test_layer_all_distribution_keeps_the_number_of_edges(kernel, form, seed):
    shuffled = null_models.layer_all_distribution(form(kernel), np.random.default_rng(seed))
    assert np.count_nonzero(dense(shuffled)) == np.count_nonzero(kernel)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_layer_reaches_every_arrangement_as_often_as_numpys_permutation(form):
    kernel = np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 0.0]])
    generator = np.random.default_rng(1)
    n = 6000

    def counts(arrangements):
        places = [(np.argmax(a.ravel() == 1), np.argmax(a.ravel() == 2)) for a in arrangements]
        table = np.zeros((6, 6))
        np.add.at(table, tuple(np.transpose(places)), 1)
        return table[~np.eye(6, dtype=bool)]

    ours = counts([dense(null_models.layer(form(kernel), generator)) for _ in range(n)])
    reference = counts(
        [generator.permutation(kernel.ravel()).reshape(kernel.shape) for _ in range(n)]
    )
    assert ours.sum() == n
    assert stats.chi2_contingency([ours, reference]).pvalue > 1e-3
    assert stats.chisquare(ours).pvalue > 1e-3


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_layer_nonzero_reaches_every_order_equally_often(form):
    kernel = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]])
    generator = np.random.default_rng(2)
    orders = [
        tuple(values[values != 0])
        for values in (
            dense(null_models.layer_nonzero(form(kernel), generator)).ravel() for _ in range(3000)
        )
    ]
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert counts.size == 6
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_drawn_weights_follow_scikit_learns_density_of_the_nonzero_weights(form):
    kernel = matrix(0.4, (150, 100)) * 0.01
    drawn = dense(null_models.layer_nonzero_distribution(form(kernel), np.random.default_rng(0)))
    density = KernelDensity(bandwidth=0.01).fit(kernel[kernel != 0][:, None])
    expected = density.sample(drawn[drawn != 0].size, random_state=0).ravel()
    assert stats.ks_2samp(drawn[drawn != 0], expected).pvalue > 1e-3
    assert stats.ks_2samp(drawn[drawn != 0], kernel[kernel != 0]).pvalue < 1e-3


def test_matrices_are_shuffled_independently_of_each_other():
    generator = np.random.default_rng(0)
    kernel = matrix(1.0)
    assert not np.array_equal(
        null_models.layer(kernel, generator), null_models.layer(kernel, generator)
    )


def test_neurons_without_edges_are_deleted_before_shuffling():
    first, second = matrix(1.0, (5, 4)), matrix(1.0, (4, 3))
    first[2] = 0
    first[:, 1], second[1] = 0, 0
    first[:, 3] = 0
    left, right = null_models.without_isolated([first, second])
    assert np.array_equal(left, first[np.ix_([0, 1, 3, 4], [0, 2, 3])])
    assert np.array_equal(right, second[[0, 2, 3]])


@pytest.mark.parametrize("density", [0.1, 1.0])
@pytest.mark.parametrize("shuffle", null_models.SHUFFLES)
def test_no_two_null_samples_are_replicates(shuffle, density):
    seeds = np.random.SeedSequence(7).spawn(64)
    ncuts = null_models.ncuts(mlp(density), shuffle, 3, 2, seeds)
    assert np.unique(ncuts).size == 64
    assert ((ncuts > 0) & (ncuts < 3)).all()


def test_a_null_sample_depends_on_its_own_seed_alone():
    network = mlp()
    seeds = np.random.SeedSequence(7).spawn(6)
    whole = null_models.ncuts(network, "layer", 3, 2, seeds)
    one_by_one = [null_models.ncuts(network, "layer", 3, 2, [seed])[0] for seed in seeds[::-1]]
    assert np.array_equal(whole, one_by_one[::-1])


def test_shuffled_networks_are_clustered_as_any_network():
    network = mlp(0.1)
    (seed,) = np.random.SeedSequence(7).spawn(1)
    generator = np.random.default_rng(seed)
    kernels = [sparse.csr_array(kernel) for kernel in null_models.without_isolated(network.kernels)]
    shuffled = [null_models.layer(kernel, generator).toarray() for kernel in kernels]
    layered = null_models.layered.from_kernels(shuffled)
    expected = null_models.spectral.cluster(layered, 3, 2, generator).ncut
    assert null_models.ncuts(network, "layer", 3, 2, [seed]) == pytest.approx([expected])


def test_a_cnns_kernels_are_shuffled_not_its_edges():
    generator = np.random.default_rng(0)
    network = weights.Network(
        (6, 6),
        (
            weights.Layer(
                "conv2d", generator.normal(size=(3, 3, 1, 4)), padding="same", strides=(1, 1)
            ),
            weights.Layer("flatten"),
            weights.Layer("dense", generator.normal(size=(144, 5))),
        ),
    )
    kernels, as_graph = null_models.prepared(network)
    shuffled = [null_models.layer(kernel, generator) for kernel in kernels]
    layered = as_graph(shuffled)
    assert layered.widths == (36, 144, 5)
    # One pixel in the middle meets every weight of the kernel.
    middle = listed(layered.blocks[0]).toarray()[2 * 6 + 2]
    assert np.allclose(
        np.sort(middle[middle > 0]), np.sort(abs(network.layers[0].kernel), axis=None), rtol=1e-6
    )
    ncuts = null_models.ncuts(network, "layer", 3, 3, np.random.SeedSequence(0).spawn(8))
    assert np.unique(ncuts).size == 8


SETTINGS = {
    "seed_path": [1, "shuffle", "M", 0, "pruned", 3, "layer"],
    "k": 3,
    "n_starts": [2, 3],
    "shuffle": "layer",
    "graph": {"units": "neurons", "scale": "raw", "norm": "l1"},
}


def shuffle_job(folder, n_shuffles, threads=1):
    """A job of one null distribution."""
    return SimpleNamespace(
        input=[folder / "network.h5"],
        output=[folder / f"{n_shuffles}-{threads}.h5"],
        params=SimpleNamespace(code="code", nulls=[[{**SETTINGS, "n_shuffles": n_shuffles}]]),
        threads=threads,
    )


def ncuts_of(path):
    return NullDistribution.read(path).ncuts


def test_null_samples_do_not_depend_on_the_number_of_workers(tmp_path):
    weights.write(tmp_path / "network.h5", mlp(0.2))
    for threads in (1, 3):
        shuffle_network.main(shuffle_job(tmp_path, 70, threads=threads))
    one, three = (ncuts_of(tmp_path / f"70-{n}.h5") for n in (1, 3))
    assert np.array_equal(one, three)
    assert np.unique(one).size == 70


def test_a_longer_null_distribution_goes_on_where_a_shorter_one_ends(tmp_path, monkeypatch):
    weights.write(tmp_path / "network.h5", mlp(0.2))
    for n_shuffles in (4, 11):
        shuffle_network.main(shuffle_job(tmp_path, n_shuffles))
    shorter, whole = (ncuts_of(tmp_path / f"{n}-1.h5") for n in (4, 11))
    assert np.array_equal(whole[:4], shorter)
    shuffled = []
    ncuts = null_models.ncuts

    def remembered(network, shuffle, k, n_starts, children):
        shuffled.append(len(children))
        return ncuts(network, shuffle, k, n_starts, children)

    monkeypatch.setattr(null_models, "ncuts", remembered)
    more = SimpleNamespace(
        input=Inputs([tmp_path / "network.h5", tmp_path / "4-1.h5"]),
        output=SimpleNamespace(nulls=tmp_path / "more.h5"),
        params=SimpleNamespace(code="code", nulls={**SETTINGS, "n_shuffles": 11}),
        threads=1,
    )
    shuffle_more.main(more)
    assert shuffled == [7]
    assert np.array_equal(ncuts_of(tmp_path / "more.h5"), whole)


class Inputs(list):
    """Files by place and by name, as Snakemake gives them."""

    network = property(lambda self: self[0])
    nulls = property(lambda self: self[1])


def test_the_null_models_are_those_that_the_study_names():
    assert tuple(null_models.SHUFFLES) == vocabulary.SHUFFLES


@pytest.mark.parametrize("data_complete", [False, True])
def test_null_distributions_carry_whether_the_networks_data_are_complete(tmp_path, data_complete):
    network = replace(mlp(0.2), attributes={"data_complete": data_complete})
    weights.write(tmp_path / "network.h5", network)
    shuffle_network.main(shuffle_job(tmp_path, 4))
    shorter = NullDistribution.read(tmp_path / "4-1.h5")
    assert shorter.data_complete is data_complete
    assert shorter.continued(shorter).data_complete is data_complete
