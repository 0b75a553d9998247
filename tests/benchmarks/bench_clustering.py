"""Shuffling and clustering against scikit-learn, the way the first implementation did it."""

import platform
import resource
import time
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np

WIDTHS = (784, 256, 256, 256, 256, 10)
N_SHUFFLES, N_IN_TURN, N_STARTS = 30, 10, 10
N_AT_K10, N_UNTRAINED = 64, 40
PRUNED, DENSE = 0.1, 1.0


def main():
    """Print a line a measurement: name, ours, reference, ratio, target."""
    from scipy.stats import sem
    from threadpoolctl import threadpool_limits

    print(
        f"clustering: 784-256-256-256-256-10, pruned = 90% of the weights 0; CPU time of 1 thread, "
        f"mean of {N_SHUFFLES} shuffles (layer), k-means with {N_STARTS} starts; {_processor()}"
    )
    print(f"{'name':48} {'ours':>10} {'reference':>10} {'ratio':>7} {'target':>7}")
    with threadpool_limits(1):
        for name, density, target in (("pruned", PRUNED, "≥ 10"), ("dense", DENSE, "≥ 15")):
            ours, reference, cuts, their_cuts = _against_scikit_learn(_network(density))
            _line(f"shuffle + cluster, {name}, ms", ours, reference, reference / ours, target)
            _line("  N-cut, mean", cuts.mean(), their_cuts.mean(), None, "≤ ref.")
            _line("  standard error of the change", sem(cuts - their_cuts), None, None, "")
        for name, density in (("pruned", PRUNED), ("dense", DENSE)):
            seconds = _at_k10(_network(density))
            _line(f"320 shuffles at K = 10, {name}, s", seconds, None, None, "≤ 15")
        _line("200 untrained networks, s", _untrained(), None, None, "≤ 10")
        for name, ours, theirs in _many_networks(_random_networks()):
            _line(f"50 random networks, {name}", ours, theirs, None, "≤ ref.")
        trained = _trained_networks()
        if trained:
            for name, ours, theirs in _many_networks(trained):
                _line(f"{len(trained)} trained networks, {name}", ours, theirs, None, "≤ ref.")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _line("peak memory, both, MB", memory, None, None, "")


def _network(density, seed=0):
    """Untrained, with all but the largest weights of every matrix set to zero."""
    from nn_modularity.networks import weights
    from nn_modularity.networks.initialisation import glorot_uniform

    generator = np.random.default_rng(seed)
    kernels = [glorot_uniform(shape, generator) for shape in pairwise(WIDTHS)]
    for kernel in kernels:
        kernel[abs(kernel) < np.quantile(abs(kernel), 1 - density)] = 0
    return weights.mlp(kernels)


def _against_scikit_learn(network):
    """Milliseconds a shuffle and N-cuts, ours and the reference's, of the same networks."""
    from nn_modularity.clustering import null_models, spectral
    from nn_modularity.graphs import layered

    seeds = np.random.SeedSequence(0).spawn(N_SHUFFLES)
    null_models.ncuts(network, "layer", 4, N_STARTS, seeds[:2])
    kernels = null_models.without_isolated(network.kernels)
    prepared, _ = null_models.prepared(network)
    cuts, their_cuts, ours, reference = [], [], 0.0, 0.0
    # In turns, so that the machine's other work slows both alike.
    for first in range(0, N_SHUFFLES, N_IN_TURN):
        turn = seeds[first : first + N_IN_TURN]
        start = time.process_time()
        cuts.extend(null_models.ncuts(network, "layer", 4, N_STARTS, turn))
        ours += time.process_time() - start
        for number, seed in enumerate(turn, first):
            generator = np.random.default_rng(seed)
            shuffled = [null_models.layer(kernel, generator) for kernel in prepared]
            graph = layered.from_kernels(shuffled)
            adjacency = graph.adjacency()
            start = time.process_time()
            for kernel in kernels:
                np.random.RandomState(number).permutation(kernel.ravel()).reshape(kernel.shape)
            labels = _scikit_learn(adjacency, graph.isolated, 4, number, "amg")
            reference += time.process_time() - start
            their_cuts.append(spectral.ncut(graph, labels))
    milliseconds = 1e3 / N_SHUFFLES
    return ours * milliseconds, reference * milliseconds, np.array(cuts), np.array(their_cuts)


def _scikit_learn(adjacency, isolated, k, seed, eigen_solver):
    from scipy import sparse
    from sklearn.cluster import SpectralClustering

    connected = sparse.csr_matrix(adjacency[~isolated][:, ~isolated])
    method = SpectralClustering(
        k,
        eigen_solver=eigen_solver,
        affinity="precomputed",
        assign_labels="kmeans",
        n_init=N_STARTS,
        random_state=seed,
    )
    labels = np.full(isolated.size, -1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        labels[~isolated] = method.fit(connected).labels_
    return labels


def _at_k10(network):
    from nn_modularity.clustering import null_models

    seeds = np.random.SeedSequence(1).spawn(N_AT_K10)
    start = time.process_time()
    null_models.ncuts(network, "layer", 10, N_STARTS, seeds)
    return (time.process_time() - start) * 320 / N_AT_K10


def _untrained():
    from nn_modularity.clustering import initialisation

    seeds = np.random.SeedSequence(2).spawn(N_UNTRAINED)
    start = time.process_time()
    initialisation.ncuts(WIDTHS, 4, N_STARTS, seeds)
    return (time.process_time() - start) * 200 / N_UNTRAINED


def _random_networks():
    """50 networks of many densities."""
    return [_network(density, seed) for seed, density in enumerate(np.geomspace(0.03, 0.3, 50))]


def _trained_networks():
    """The networks of a study that was run here, if any."""
    from nn_modularity.networks import weights

    return [weights.read(path) for path in sorted(Path("results/models").glob("*/*/*pruned.h5"))]


def _many_networks(networks):
    """N-cuts of networks, scikit-learn's with its two eigensolvers, and with another seed."""
    from nn_modularity.clustering import spectral
    from nn_modularity.graphs import layered

    ours, reference = [], {"amg": [], "arpack": [], "arpack, other seed": []}
    for seed, network in enumerate(networks):
        graph = layered.from_network(network)
        ours.append(spectral.cluster(graph, 4, N_STARTS, np.random.default_rng(seed)).ncut)
        adjacency = graph.adjacency()
        for name, cuts in reference.items():
            solver, _, other = name.partition(", ")
            labels = _scikit_learn(adjacency, graph.isolated, 4, seed + 1000 * bool(other), solver)
            cuts.append(spectral.ncut(graph, labels))
    rows = {"ours": ours, "arpack, other seed": reference.pop("arpack, other seed")}
    for solver, cuts in reference.items():
        for name, found in rows.items():
            change = np.divide(found, cuts) - 1
            yield f"{name} vs {solver}: mean", np.mean(found), np.mean(cuts)
            yield "  lower, higher by > 0.1%", sum(change < -1e-3), sum(change > 1e-3)


def _line(name, ours, reference, ratio, target):
    def number(value):
        return "" if value is None else f"{value:.4g}"

    print(
        f"{name:48} {number(ours):>10} {number(reference):>10} {number(ratio):>7} {target:>7}",
        flush=True,
    )


def _processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return f"{names[0]} × {len(names)}" if names else platform.processor()


if __name__ == "__main__":
    main()
