"""What is compiled with the environment is all that a study needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
STUDY = """
import sys
from itertools import pairwise

import numba
import numpy as np

from nn_modularity import seeds
from nn_modularity.clustering import embeddings, initialisation, null_models, spectral
from nn_modularity.graphs import layered
from nn_modularity.lesions import pairs, single, subjects
from nn_modularity.networks import weights

generator = np.random.default_rng(1)
widths = (784, 64, 64, 10)
for density in (0.1, 1.0):
    kernels = [
        generator.normal(size=shape).astype(np.float32) * (generator.random(shape) < density)
        for shape in pairwise(widths)
    ]
    network = weights.mlp(kernels)
    path = sys.argv[1] + f"/{density}.h5"
    weights.write(path, network)
    network = weights.read(path)
    graph = layered.from_network(network)
    clusters = spectral.cluster(graph, 4, 3, generator)
    embeddings.spectrum(graph)
    for shuffle in null_models.SHUFFLES:
        null_models.ncuts(network, shuffle, 4, 3, np.random.SeedSequence(0).spawn(1))
    images = generator.integers(0, 256, (50, 28, 28), dtype=np.uint8)
    subject = subjects.examine(network, images, np.arange(50) % 10)
    run = lambda function, tasks: list(map(function, tasks))
    single.single_test(subject, clusters, [generator], run)
    pairs.double_test(subject, clusters, [generator], run)
def normal(*shape):
    return generator.normal(size=shape).astype(np.float32)

def convolution(n_in, n_out):
    more = {"activation": "relu", "padding": "same", "strides": (1, 1)}
    return weights.Layer("conv2d", normal(3, 3, n_in, n_out), np.zeros(n_out), **more)

layers = (
    convolution(1, 8),
    weights.Layer("max_pool2d", padding="valid", strides=(2, 2), pool_size=(2, 2)),
    convolution(8, 4),
    weights.Layer("flatten"),
    weights.Layer("dense", normal(784, 10), np.zeros(10), "softmax"),
)
weights.write(sys.argv[1] + "/cnn.h5", weights.Network((28, 28), layers))
network = weights.read(sys.argv[1] + "/cnn.h5")
for shuffle in null_models.SHUFFLES:
    null_models.ncuts(network, shuffle, 4, 3, np.random.SeedSequence(0).spawn(1))
initialisation.ncuts(widths, 4, 3, np.random.SeedSequence(0).spawn(1))
for name, module in sorted(sys.modules.items()):
    if name.startswith("nn_modularity"):
        for function in vars(module).values():
            if isinstance(function, numba.core.dispatcher.Dispatcher):
                for signature in function.stats.cache_misses:
                    print(name, function.__name__, signature)
"""


def run(cache, *command):
    return subprocess.run(
        [sys.executable, *command],
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(PROJECT / "scripts")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def test_no_job_of_a_study_compiles_anything_once_the_environment_is_made(cache, tmp_path):
    said = run(cache, PROJECT / "envs" / "compile_functions.py")
    assert said.startswith("inner loops: compiled ")
    assert len(said.splitlines()) == 1
    assert run(cache, "-c", STUDY, tmp_path) == ""
    assert run(cache, PROJECT / "envs" / "compile_functions.py") == ""
