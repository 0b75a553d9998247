"""Lesions against Keras: damaged networks a second, and what whole tests cost a core."""

import os
import platform
import resource
import time
from itertools import pairwise

import numpy as np

WIDTHS = (784, 256, 256, 256, 256, 10)
N_IMAGES, N_SHUFFLES, N_PAIR_SHUFFLES = 10_000, 100, 50
N_SUB_MODULES = 6  # a hidden layer, as K = 10 gives them
REPEATS = 3
N_OF_CNN, BATCHES = 2_000, (128, 500, 1000)


def main():
    """Print a line a measurement: name, ours, reference, ratio, target."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        network, labelling, images, classes = _case()
        subject, ours_single, ours_pairs = _ours(network, labelling, images, classes)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        keras_single, n_different = _keras(network, subject, labelling, images)

    n_lesions = 4 * N_SUB_MODULES
    print(
        f"lesions: 784-256-256-256-256-10, 90% of the weights 0, {N_IMAGES:,} images, "
        f"{n_lesions} sub-modules; "
        f"CPU time of 1 thread, best of {REPEATS}; {_processor()}"
    )
    print(f"{'name':34} {'ours':>10} {'reference':>10} {'ratio':>7} {'target':>7}")
    lesion_ms, keras_ms = ours_single / n_lesions * 1e3, keras_single * 1e3
    _line("a lesion, ms (Keras)", lesion_ms, keras_ms, keras_ms / lesion_ms, "≥ 30")
    single = ours_single * (N_SHUFFLES + 1)
    _line("single test at K = 10, core-s", single, None, None, "≤ 30")
    _line("double test, core-s", ours_pairs * (N_PAIR_SHUFFLES + 1), None, None, "≤ 360")
    _line("peak memory, MB", memory, None, None, "≤ 700")
    _line("images that Keras sees otherwise", n_different, 0, None, "0")
    with threadpool_limits(1):
        by_layer, keras_cnn, n_different = _convolutional()
    print(f"the study's CNN, by channels, {N_OF_CNN:,} images")
    for layer, seconds in by_layer.items():
        _line(f"  a lesion of {layer}, s", seconds, keras_cnn, keras_cnn / seconds, "")
    mean = np.mean(list(by_layer.values()))
    _line("  mean of the layers, s", mean, keras_cnn, keras_cnn / mean, "≥ 10")
    _line("  images that Keras sees otherwise", n_different, 0, None, "0")


def _case():
    """A pruned network as random as its sub-modules: neither changes the time."""
    from nn_modularity.networks import weights
    from nn_modularity.networks.labelling import Labelling

    generator = np.random.default_rng(0)
    kernels = [
        generator.normal(size=shape) * (generator.random(shape) < 0.1) * (20 / shape[0]) ** 0.5
        for shape in pairwise(WIDTHS)
    ]
    biases = [generator.normal(size=width) / 10 for width in WIDTHS[1:]]
    labels = generator.integers(0, N_SUB_MODULES, sum(WIDTHS))
    images = generator.integers(0, 256, (N_IMAGES, WIDTHS[0]), dtype=np.uint8)
    classes = generator.integers(0, 10, N_IMAGES)
    return weights.mlp(kernels, biases), Labelling(labels, WIDTHS), images, classes


def _ours(network, labelling, images, classes):
    """Seconds for all single lesions of one labelling, and for one trial of pairs."""
    from nn_modularity.lesions import pairs as double_lesion
    from nn_modularity.lesions import single as single_lesion
    from nn_modularity.lesions import subjects

    subject = subjects.examine(network, images, classes)
    chosen = labelling.sub_modules
    single = _best(lambda: single_lesion.labelled_points(subject, [labelling], chosen))
    pairs = _best(
        lambda: double_lesion.random_points(subject, labelling, np.random.default_rng(0)),
        warm_up=False,
    )
    return subject, single, pairs


def _keras(network, subject, labelling, images):
    """Seconds a lesion by `set_weights` and `predict`, and images on which the two disagree."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
    import keras

    from nn_modularity.lesions import subjects

    dense = [keras.layers.Dense(len(each.bias), each.activation) for each in network.layers]
    model = keras.Sequential([keras.Input(WIDTHS[:1]), *dense])

    def predict(damaged):
        model.set_weights(damaged)
        model.predict(scaled, batch_size=32, verbose=0)

    scaled = images.astype(np.float32) / np.float32(255)
    model.predict(scaled[:64], verbose=0)  # compile
    seconds, n_different = [], 0
    for sub_module in labelling.sub_modules[::N_SUB_MODULES]:  # one a layer
        mask = labelling.members(sub_module)
        damaged = [array.copy() for each in network.layers for array in (each.kernel, each.bias)]
        damaged[2 * sub_module.layer - 2][:, mask] = 0
        damaged[2 * sub_module.layer - 1][mask] = 0
        model.set_weights(damaged)
        expected = model.predict(scaled, batch_size=2000, verbose=0).argmax(axis=1)
        seconds.append(_best(lambda damaged=damaged: predict(damaged), warm_up=False))
        (damage,) = subjects.damages(subject, labelling, [sub_module])
        found = [
            subject.engine.damaged(activity, damage).argmax(axis=0)
            for activity in subject.engine.activities()
        ]
        n_different += np.sum(np.concatenate(found) != expected)
    return np.mean(seconds), n_different


def _convolutional():
    """Seconds a lesion, by layer, and Keras' at its best batch size, of the study's CNN."""
    import keras

    from nn_modularity.activations import masked
    from nn_modularity.networks import chains, weights

    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    first, second, dense, last = (model.layers[place].get_weights() for place in (0, 1, 4, 5))
    same = {"padding": "same", "strides": (1, 1), "activation": "relu"}
    network = weights.Network(
        (28, 28),
        (
            weights.Layer("conv2d", *first, **same),
            weights.Layer("conv2d", *second, **same),
            weights.Layer("max_pool2d", pool_size=(2, 2), strides=(2, 2), padding="valid"),
            weights.Layer("flatten"),
            weights.Layer("dense", *dense, "relu"),
            weights.Layer("dense", *last, "softmax"),
        ),
    )
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (N_OF_CNN, 28, 28, 1), dtype=np.uint8)
    scaled = images.astype(np.float32) / np.float32(255)
    engine = masked.Engine(chains.to_graph(network), "channels", images[..., 0])
    activities = list(engine.activities())
    seconds, keras_seconds, n_different = {}, [], 0
    places = ((0, "convolution 1"), (1, "convolution 2"), (4, "the dense layer"))
    for layer, (place, name) in enumerate(places, start=1):
        silenced = np.arange(engine.widths[layer]) % 4 == 0
        lesion = engine.damage(layer, silenced)
        found = [engine.damaged(activity, lesion) for activity in activities]
        seconds[name] = _best(
            lambda lesion=lesion: [engine.damaged(each, lesion) for each in activities]
        )
        damaged = [array * ~silenced for array in model.layers[place].get_weights()]
        intact = model.layers[place].get_weights()

        def predict(damaged=damaged, place=place, batch=1000):
            model.layers[place].set_weights(damaged)
            return model.predict(scaled, batch_size=batch, verbose=0)

        keras_seconds.append(min(_best(lambda b=batch: predict(batch=b)) for batch in BATCHES))
        answers = predict().argmax(axis=1)
        n_different += np.sum(np.concatenate(found, axis=1).argmax(axis=0) != answers)
        model.layers[place].set_weights(intact)
    return seconds, np.mean(keras_seconds), n_different


def _best(function, warm_up=True):
    if warm_up:
        function()
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        function()
        seconds.append(time.process_time() - start)
    return min(seconds)


def _line(name, ours, reference, ratio, target):
    cells = ["" if cell is None else f"{cell:.4g}" for cell in (ours, reference, ratio)]
    print(f"{name:34} {cells[0]:>10} {cells[1]:>10} {cells[2]:>7} {target:>7}")


def _processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return f"{names[0]} × {len(names)}" if names else platform.processor()


if __name__ == "__main__":
    main()
