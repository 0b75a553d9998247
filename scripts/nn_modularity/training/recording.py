"""Following a training: progress, history, checkpoints, TensorBoard."""

import logging
import shutil
from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import h5py
import keras
import tensorflow as tf

from nn_modularity import files, logs
from nn_modularity.networks.checkpoints import Checkpoint, Epoch, append, write_history
from nn_modularity.training import fitting, models

log = logging.getLogger(__name__)

TENSORBOARD = Path("results/tensorboard")
# What tf.summary.scalar would say, which needs the package tensorboard even to write.
_SCALAR = tf.compat.v1.SummaryMetadata(
    plugin_data={"plugin_name": "scalars"}, data_class="DATA_CLASS_SCALAR"
)


def record(
    epochs: Iterable[Epoch],
    model: keras.Sequential,
    data: fitting.Data,
    settings: Mapping[str, Any],
    stage: str,
    history: str | Path,
    checkpoints: str | Path | None = None,
) -> dict[str, Any]:
    """Follow a training to its end and write down what happens.

    Parameters
    ----------
    epochs : iterable of Epoch
        From `training.fit`.
    model : keras.Sequential
        The one that is fitted.
    data : Data
        What it learns.
    settings : mapping
        The model's: ``model``, ``instance``, ``seed``, ``dataset``, ``epochs``,
        ``checkpoint_epochs``, ``tensorboard``.
    stage : {"unpruned", "pruned"}
    history, checkpoints : path
        Files to write; no checkpoints unless there is a path for them.

    Returns
    -------
    dict
        Attributes of the network file: what was trained, and the last row of the history.
    """
    name = f"{settings['model']}/{settings['instance']} {stage}"
    past: list[Epoch] = []
    with ExitStack() as stack:
        bar = stack.enter_context(
            logs.progress(total=settings["epochs"], description=name, unit="epoch")
        )
        keep = stack.enter_context(_keeper(checkpoints, settings["checkpoint_epochs"]))
        show = stack.enter_context(_dashboard(settings, stage))
        if 0 in settings["checkpoint_epochs"]:
            parts = data.train, data.test
            keep(Epoch(0, *chain(*(fitting.evaluate(model, part) for part in parts))), model)
        for epoch in epochs:
            keep(epoch, model)
            past.append(epoch)
            show(epoch)
            bar.set_postfix({key: f"{value:.4f}" for key, value in epoch.metrics.items()})
            bar.update()
            log.info("%s", epoch, extra={"log_only": True})
    write_history(history, past)
    return {
        **{key: settings[key] for key in ("model", "instance", "seed", "dataset")},
        "stage": stage,
        "dataset_sha256": data.sha256,
        "dataset_complete": data.is_complete,
        **past[-1].metrics,
        "tensorflow_version": tf.__version__,
        "keras_version": keras.__version__,
    }


@contextmanager
def _keeper(path: str | Path | None, wanted: Collection[int]):
    """Function (epoch, model) that writes a checkpoint of the epochs wanted."""
    if path is None:
        yield lambda epoch, model: None
        return
    with files.atomic(path) as temporary, h5py.File(temporary, "w") as file:

        def keep(epoch: Epoch, model: keras.Sequential) -> None:
            if epoch.epoch in wanted:
                append(file, Checkpoint(epoch, tuple(models.kernels(model))))

        yield keep


@contextmanager
def _dashboard(settings: Mapping[str, Any], stage: str):
    """Function (epoch) that writes TensorBoard's log, where asked for."""
    if not settings["tensorboard"]:
        yield lambda epoch: None
        return
    folder = TENSORBOARD / settings["model"] / str(settings["instance"]) / stage
    shutil.rmtree(folder, ignore_errors=True)
    with tf.summary.create_file_writer(str(folder)).as_default():

        def show(epoch: Epoch) -> None:
            for name, value in epoch.metrics.items():
                tf.summary.write(name, tf.constant(value, tf.float32), epoch.epoch, _SCALAR)

        yield show
