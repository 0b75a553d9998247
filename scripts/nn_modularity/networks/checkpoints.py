"""What a training leaves behind epoch by epoch: its history and its kernels. No TensorFlow.

A checkpoints file has the attribute ``data_complete``, whether the dataset is all of the published
one, and a group an epoch, ``epochs/00005``, whose attributes are the epoch's
number and metrics and whose datasets ``kernels/00``, ``kernels/01``, … are the kernels in the
order of the layers. Epochs count from 1 within their stage; 0 is the network before the first
step.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import h5py
import numpy as np

from nn_modularity import files
from nn_modularity.errors import StudyError

FORMAT = "nn-modularity/checkpoints-2"


@dataclass(frozen=True)
class Epoch:
    """Metrics of one epoch; the columns of a history.

    Attributes
    ----------
    epoch : int
        Counted from 1.
    train_loss, train_acc : float
        Means over the epoch's batches, each before the step it leads to and under dropout, as
        Keras reports them and published learning curves show them.
    test_loss, test_acc : float
        Of all test images after the epoch. The test set doubles as the validation set: it is
        watched here and selects nothing.
    """

    epoch: int
    train_loss: float
    train_acc: float
    test_loss: float
    test_acc: float

    @property
    def metrics(self) -> dict[str, float]:
        """The numbers by column, without the epoch's own."""
        return {name: value for name, value in asdict(self).items() if name != "epoch"}


@dataclass(frozen=True)
class Checkpoint:
    """A network's kernels after an epoch.

    Attributes
    ----------
    epoch : Epoch
    kernels : tuple of float32 arrays
        (n_in, n_out), or (height, width, n_in, n_out) of a convolution.
    data_complete : bool
        False where the network learns a subset of its dataset.
    """

    epoch: Epoch
    kernels: tuple[np.ndarray, ...]
    data_complete: bool = True


def write_history(path: str | Path, epochs: Sequence[Epoch]) -> None:
    """Write ``epoch, train_loss, train_acc, test_loss, test_acc``, a row an epoch."""
    with files.atomic(path) as temporary, temporary.open("w", newline="") as file:
        rows = csv.DictWriter(file, [field.name for field in fields(Epoch)], lineterminator="\n")
        rows.writeheader()
        rows.writerows(asdict(epoch) for epoch in epochs)


def read_history(path: str | Path) -> list[Epoch]:
    """Read a history, in order."""
    with open(path, newline="") as file:
        return [
            Epoch(int(row.pop("epoch")), **{name: float(value) for name, value in row.items()})
            for row in csv.DictReader(file)
        ]


def append(file: h5py.File, checkpoint: Checkpoint) -> None:
    """Add one epoch's kernels to an open checkpoints file."""
    file.attrs.update(format=FORMAT, data_complete=checkpoint.data_complete)
    group = file.create_group(f"epochs/{checkpoint.epoch.epoch:05d}")
    group.attrs.update(asdict(checkpoint.epoch))
    for number, kernel in enumerate(checkpoint.kernels):
        # Pruned kernels shrink to a fifth; the first level is nearly free.
        group.create_dataset(
            f"kernels/{number:02d}",
            data=kernel,
            dtype="f4",
            compression="gzip",
            compression_opts=1,
            shuffle=True,
            track_times=False,
        )


def read(path: str | Path) -> Iterator[Checkpoint]:
    """Read the checkpoints of a training one by one, in the order of the epochs.

    Raises
    ------
    StudyError
        If the file is not in the format.
    """
    with files.open_h5(path) as file:
        found = file.attrs.get("format")
        if found != FORMAT:
            raise StudyError(f'{path}: found format {found!r}, expected "{FORMAT}"')
        data_complete = bool(file.attrs["data_complete"])
        for name in sorted(file["epochs"]):
            group = file["epochs"][name]
            attributes = {key: value.item() for key, value in group.attrs.items()}
            kernels = tuple(group["kernels"][key][()] for key in sorted(group["kernels"]))
            yield Checkpoint(Epoch(**attributes), kernels, data_complete)
