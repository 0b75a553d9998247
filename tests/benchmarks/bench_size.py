"""Graphs of many sizes: seconds and memory of clustering, and others' on the same graphs.

With the name of a picture as its argument it draws them against the number of edges.
"""

import json
import os
import resource
import subprocess
import sys
import time
import warnings
from itertools import pairwise
from math import prod
from pathlib import Path

import numpy as np
from scipy import sparse

SCRIPTS = Path(__file__).parents[2] / "scripts"
K, N_STARTS = 4, 10
CNNS = {  # image, channels of convolutions of 3 × 3 each with a pool behind where so said, widths
    "CNN of 1e5 edges": ((8, 8, 1), [(8, True), (16, False)], [10]),
    "CNN of 1e6 edges": ((16, 16, 1), [(16, True), (32, False)], [10]),
    "the study's CNN, 1e7 edges": ((28, 28, 1), [(32, False), (32, True)], [128, 10]),
    "CNN of 1e8 edges": ((16, 16, 3), [(128, False), (128, True), (256, False)], [10]),
    "CNN of 1e9 edges": ((32, 32, 3), [(256, False), (256, True), (256, True)], [10]),
}
MLPS = {
    "MLP of 1e6 weights": (784, 600, 600, 10),
    "MLP of 1e7 weights": (784, 2800, 2700, 10),
    "MLP of 1e8 weights": (784, 9600, 9500, 10),
}
TARGETS = {"CNN of 1e8 edges": (3, 500), "MLP of 1e8 weights": (20, 1100)}
PEERS = {
    "arpack": "scikit-learn, arpack",
    "amg": "scikit-learn, amg",
    "sknetwork": "scikit-network",
}
LARGEST_OF_PEERS = 2_000_000


def main():
    """Print a line a graph: units, edges, seconds, MB beyond the weights, N-cut, targets."""
    print(f"clustering by size: K = {K}, {N_STARTS} starts, random weights; CPU time of 1 thread")
    print(f"{'graph':32} {'units':>8} {'edges':>12} {'s':>8} {'MB':>7} {'N-cut':>8}  target")
    seen = {}
    for name in (*CNNS, *MLPS):
        _line(name, found := _measured(name, "ours"), TARGETS.get(name))
        seen[name] = found
        if found["edges"] <= LARGEST_OF_PEERS:
            for peer, title in PEERS.items():
                _line(f"  {title}", _measured(name, peer), None)
    found = _measured("the study's CNN, 1e7 edges", "shuffle")
    _line("the study's CNN, a shuffle", found, None)
    if len(sys.argv) == 2:
        _draw(seen, sys.argv[1])


def _draw(seen, path):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 2.6), layout="constrained")
    for axes, (name, unit) in zip(
        figure.subplots(1, 2), (("seconds", "s"), ("memory", "MB")), strict=True
    ):
        for kind, names, marker in (("CNNs", CNNS, "o"), ("perceptrons", MLPS, "s")):
            found = sorted((seen[each]["edges"], seen[each][name]) for each in names)
            axes.loglog(*zip(*found, strict=True), marker=marker, label=kind)
        axes.set(xlabel="edges", ylabel=f"{name} ({unit})")
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[1].set_ylim(10, 1000)
    figure.axes[0].legend(frameon=False)
    figure.savefig(path, dpi=150)


def _line(name, found, target):
    print(
        f"{name:32} {found['units']:8} {found['edges']:12.3g} {found['seconds']:8.3g} "
        f"{found['memory']:7.0f} {found['ncut']:8.4f}  "
        f"{'≤ {} s, ≤ {} MB'.format(*target) if target else ''}",
        flush=True,
    )


def _measured(name, how):
    answer = subprocess.run(
        [sys.executable, __file__, name, how],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
    )
    return json.loads(answer.stdout)


def _measure(name, how):
    from threadpoolctl import threadpool_limits

    from nn_modularity.clustering import null_models, spectral
    from nn_modularity.graphs import layered

    network = _cnn(*CNNS[name]) if name in CNNS else _mlp(MLPS[name])
    graph = layered.from_network(network)
    ways = {
        "ours": lambda: (
            spectral.cluster(
                layered.from_network(network), K, N_STARTS, np.random.default_rng(0)
            ).ncut
        ),
        "shuffle": lambda: null_models.ncuts(
            network, "layer", K, N_STARTS, np.random.SeedSequence(0).spawn(1)
        )[0],
    }
    run = ways[how] if how in ways else lambda: spectral.ncut(graph, _by_others(graph, how))
    with threadpool_limits(1):
        _cluster_something()
        before = _memory()
        start = time.process_time()
        ncut = run()
        seconds = time.process_time() - start
    print(
        json.dumps(
            {
                "units": graph.n_neurons,
                "edges": _count_edges(network),
                "seconds": seconds,
                "memory": _peak_memory() - before,
                "ncut": float(ncut),
            }
        )
    )


def _cluster_something():
    """Load what is compiled, and SciPy's parts."""
    from nn_modularity.clustering import null_models

    for widths in ((300, 150, 10), (1100, 1000, 10)):
        null_models.ncuts(_mlp(widths), "layer", 2, 1, np.random.SeedSequence(0).spawn(1))


def _by_others(graph, how):
    from sklearn.cluster import KMeans, SpectralClustering

    if how == "sknetwork":
        from sknetwork.embedding import Spectral

        rows = Spectral(K).fit_transform(sparse.csr_matrix(graph.adjacency()))
        return KMeans(K, n_init=N_STARTS, random_state=0).fit_predict(rows)
    method = SpectralClustering(
        K, eigen_solver=how, affinity="precomputed", n_init=N_STARTS, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return method.fit(sparse.csr_matrix(graph.adjacency())).labels_


def _memory():
    """MB of now, on Linux; elsewhere the most so far."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return _peak_memory()
    return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20


def _peak_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _mlp(widths):
    from nn_modularity.networks import weights

    generator = np.random.default_rng(0)
    return weights.mlp(
        [generator.standard_normal(shape, dtype=np.float32) for shape in pairwise(widths)]
    )


def _cnn(image, convolutions, widths):
    from nn_modularity.networks import weights

    generator = np.random.default_rng(0)
    height, width, n_in = image
    layers = []
    for n_out, has_pool in convolutions:
        kernel = generator.standard_normal((3, 3, n_in, n_out), dtype=np.float32)
        layers.append(weights.Layer("conv2d", kernel, padding="same", strides=(1, 1)))
        if has_pool:
            more = {"padding": "valid", "strides": (2, 2), "pool_size": (2, 2)}
            layers.append(weights.Layer("max_pool2d", **more))
            height, width = height // 2, width // 2
        n_in = n_out
    layers.append(weights.Layer("flatten"))
    for shape in pairwise((height * width * n_in, *widths)):
        layers.append(weights.Layer("dense", generator.standard_normal(shape, dtype=np.float32)))
    return weights.Network(image, tuple(layers))


def _count_edges(network):
    """Edges, by arithmetic: a weight counts once a place, a pooled unit's once a unit pooled."""
    height, width = (*network.input_shape, 1)[:2]
    n_edges, pooled = 0, 1
    for layer in network.layers:
        if layer.kind == "conv2d":
            of_axis = prod(3 * length - 2 for length in (height, width))
            n_edges += pooled * of_axis * prod(layer.kernel.shape[2:])
            pooled = 1
        elif layer.kind == "dense":
            n_edges += pooled * layer.kernel.size
            pooled = 1
        elif layer.kind == "max_pool2d":
            height, width, pooled = height // 2, width // 2, pooled * 4
    return n_edges


if __name__ == "__main__":
    _measure(*sys.argv[1:]) if len(sys.argv) > 2 else main()
