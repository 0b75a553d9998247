"""Training and pruning against Keras's own `model.fit`: seconds an epoch, at equal accuracy."""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

N_TRAIN, N_TEST = 20_000, 4_000
EPOCHS = 4  # the first one compiles and doesn't count
SETTINGS = {
    "network": {"kind": "mlp", "hidden": [256, 256, 256, 256]},
    "dropout": 0.0,
    "convolution_dropout": 0.0,
    "epochs": EPOCHS,
    "batch_size": 128,
    "shuffle": True,
    "sparsity": {"initial": 0.5, "final": 0.9, "frequency": 10},
}
SCRIPTS = Path(__file__).parents[2] / "scripts"


def main():
    """Print a line a measurement: name, ours, reference, ratio, target."""
    print(
        f"training: 784-256-256-256-256-10, {N_TRAIN:,} images an epoch and {N_TEST:,} to test, "
        f"batch 128; 1 thread, {_processor()}; best epoch of {EPOCHS - 1}"
    )
    print(f"{'name':34} {'ours':>10} {'reference':>10} {'ratio':>7} {'target':>7}")
    for stage in ("training", "pruning"):
        ours, reference = _measured("ours", stage), _measured("keras", stage)
        ratio = reference["seconds"] / ours["seconds"]
        name = f"an epoch of {stage}, s (fit)"
        _line(name, ours["seconds"], reference["seconds"], ratio, "≥ 1.4")
        accuracies = ours["accuracy"], reference["accuracy"]
        _line("  test accuracy", *accuracies, accuracies[0] / accuracies[1], "≈ 1")
        _line("  peak memory, MB", ours["memory"], reference["memory"], None, "")
    plain = _measured("ours", "training")["seconds"]
    for every, target in ((20, "≤ 1.5"), (1, "≤ 5")):
        seconds = _measured("ours", f"clusterability-{every}")["seconds"]
        name = f"clusterability every {every} (without), s"
        _line(name, seconds, plain, seconds / plain, target)


def _measured(whose, stage):
    """Run one fit in a process of its own, where TensorFlow is fresh."""
    answer = subprocess.run(
        [sys.executable, __file__, whose, stage],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS), "CUDA_VISIBLE_DEVICES": "-1"},
    )
    return json.loads(answer.stdout.splitlines()[-1])


def _report(seconds, accuracy):
    import resource

    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": min(seconds[1:]), "accuracy": accuracy, "memory": memory}))


def _case():
    """Images whose classes are blurred by noise, so that accuracy has something to lose."""
    generator = np.random.default_rng(0)
    patterns = generator.random((10, 28, 28)) * 25
    arrays = []
    for n in (N_TRAIN, N_TEST):
        y = generator.integers(0, 10, n)
        x = generator.integers(0, 220, (n, 28, 28)) + patterns[y]
        arrays.append((x.astype(np.uint8), y))
    return arrays


def _ours(stage):
    from nn_modularity.training import gpu

    gpu.prepare(threads=1, n_devices=0)

    from nn_modularity.datasets import dataset_file
    from nn_modularity.training import fitting, models, pruning, regularisation

    (X_train, y_train), (X_test, y_test) = _case()
    data = fitting.prepare(dataset_file.Dataset(X_train, y_train, X_test, y_test, source="case"))
    model = models.build(SETTINGS, data.image_shape, 10, np.random.SeedSequence(0))
    recipe = fitting.Recipe.of(SETTINGS)
    masks = None
    if stage == "pruning":
        schedule = pruning.Schedule.of(SETTINGS["sparsity"], end=recipe.steps(N_TRAIN))
        masks = pruning.Pruning(model, schedule)
    penalty = None
    if stage.startswith("clusterability"):
        weights = {"l1": 0, "l2": 0, "clusterability": 0.1, "clusters": 3}
        every = int(stage.partition("-")[2])
        penalty = regularisation.Regularisation(model, {**weights, "every": every})
    times, epochs = [time.perf_counter()], []
    for epoch in fitting.fit(model, data, recipe, np.random.default_rng(0), masks, penalty):
        times.append(time.perf_counter())
        epochs.append(epoch)
    _report(np.diff(times).tolist(), epochs[-1].test_acc)


def _keras(stage):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(0)
    from nn_modularity.training import models

    (x, y), (x_test, y_test) = ((x.astype(np.float32) / 255, y) for x, y in _case())
    model = models.build(SETTINGS, (28, 28), 10, np.random.SeedSequence(0))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    seconds = []

    class Timer(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds.append(time.perf_counter() - self.start)

    class Pruning(keras.callbacks.Callback):
        """Magnitude pruning as one writes it first: masks by NumPy, from batch to batch."""

        def on_train_begin(self, logs=None):
            self.step, self.end = 0, -(-N_TRAIN // 128) * EPOCHS
            self.kernels = [layer.kernel for layer in models.weighted(self.model)]

        def on_train_batch_begin(self, batch, logs=None):
            if self.step % 10 == 0:
                share = 0.9 - 0.4 * (1 - self.step / self.end) ** 3
                self.masks = []
                for kernel in self.kernels:
                    magnitudes = np.abs(kernel.numpy())
                    n_pruned = round(share * magnitudes.size)
                    threshold = np.partition(magnitudes, n_pruned, axis=None)[n_pruned]
                    self.masks.append((magnitudes >= threshold).astype(np.float32))
                self._apply()
            self.step += 1

        def on_train_batch_end(self, batch, logs=None):
            self._apply()

        def _apply(self):
            for kernel, mask in zip(self.kernels, self.masks, strict=True):
                kernel.assign(kernel * mask)

    history = model.fit(
        x,
        y,
        batch_size=128,
        epochs=EPOCHS,
        validation_data=(x_test, y_test),
        verbose=0,
        callbacks=[Timer(), Pruning()] if stage == "pruning" else [Timer()],
    )
    _report(seconds, history.history["val_accuracy"][-1])


def _line(name, ours, reference, ratio, target):
    cells = ["" if cell is None else f"{cell:.4g}" for cell in (ours, reference, ratio)]
    print(f"{name:34} {cells[0]:>10} {cells[1]:>10} {cells[2]:>7} {target:>7}", flush=True)


def _processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return f"{names[0]} × {len(names)}" if names else platform.processor()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        {"ours": _ours, "keras": _keras}[sys.argv[1]](sys.argv[2])
    else:
        main()
