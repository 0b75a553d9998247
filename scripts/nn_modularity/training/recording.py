"""Following a training: progress, checkpoints, TensorBoard, the network file's attributes."""

import logging
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from nn_modularity import files, logs
from nn_modularity.networks.checkpoints import Checkpoint, Epoch, append
from nn_modularity.training import fitting, models

log = logging.getLogger(__name__)

TENSORBOARD = Path("results/tensorboard")
# What tf.summary.scalar would say, which needs the package tensorboard even to write.
_SCALAR = tf.compat.v1.SummaryMetadata(
    plugin_data={"plugin_name": "scalars"}, data_class="DATA_CLASS_SCALAR"
)


def followed(epochs: Iterable[Epoch], settings: Mapping[str, Any], stage: str) -> Iterator[Epoch]:
    """The epochs of a training, told as they go by and written to the log.

    Parameters
    ----------
    epochs : iterable of Epoch
        From `fitting.fit`.
    settings : mapping
        ``epochs``, how many there are.
    stage : {"unpruned", "pruned"}
    """
    with logs.progress(total=settings["epochs"], description=stage, unit="epochs") as bar:
        for epoch in epochs:
            metrics = {key: f"{value:.4f}" for key, value in epoch.metrics.items()}
            bar.set_postfix(metrics, refresh=False)
            bar.update()
            log.info("%s", epoch, extra={"log_only": True})
            yield epoch


def with_tensorboard(
    epochs: Iterable[Epoch], settings: Mapping[str, Any], stage: str
) -> Iterator[Epoch]:
    """The epochs of a training, written to TensorBoard's log as they go by."""
    folder = TENSORBOARD / settings["model"] / str(settings["instance"]) / stage
    shutil.rmtree(folder, ignore_errors=True)
    with tf.summary.create_file_writer(str(folder)).as_default():
        for epoch in epochs:
            for name, value in epoch.metrics.items():
                tf.summary.write(name, tf.constant(value, tf.float32), epoch.epoch, _SCALAR)
            yield epoch


def write_checkpoints(
    path: str | Path,
    epochs: Iterable[Epoch],
    model: keras.Sequential,
    data: fitting.Data,
    wanted: Collection[int],
) -> None:
    """Follow a training to its end and write the kernels of the epochs wanted.

    Parameters
    ----------
    path : path
        The checkpoints file.
    epochs : iterable of Epoch
    model : keras.Sequential
        The one that is fitted.
    data : Data
        What it learns.
    wanted : collection of int
        Numbers of epochs.
    """
    with files.new_h5(path) as file:
        for epoch in epochs:
            if epoch.epoch in wanted:
                kernels = tuple(models.kernels(model))
                append(file, Checkpoint(epoch, kernels, data.data_complete))


def attributes(
    settings: Mapping[str, Any], stage: str, data: fitting.Data, last: Epoch
) -> dict[str, Any]:
    """Attributes of the network file: what was trained, and the metrics of its last epoch."""
    return {
        "model": settings["model"],
        "instance": settings["instance"],
        "seed": settings["seed_path"][0],
        "dataset": settings["dataset"],
        "stage": stage,
        "dataset_sha256": data.sha256,
        "data_complete": data.data_complete,
        **last.metrics,
        "tensorflow_version": tf.__version__,
        "keras_version": keras.__version__,
    }
