"""Learning curves: N-cut, accuracy and loss through training and pruning."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nn_modularity import palette
from nn_modularity.figures.parts import style, tables
from nn_modularity.figures.parts.tables import Table

TRAIN, TEST = palette.SKY_BLUE, palette.BLUE
NCUT = palette.VERMILION


def read(inputs: Mapping[str, str], subject: str, every: int, training_epochs: int) -> Table:
    """Read the epochs that `select` takes of one network's ``table``."""
    table = tables.read(inputs, subject)
    return replace(table, rows=select(table.rows, every, training_epochs))


def select(table: pd.DataFrame, every: int, training_epochs: int) -> pd.DataFrame:
    """Rows of every so many epochs within training and within pruning.

    Epochs count on through pruning, which follows `training_epochs` of training.
    """
    within = table["epoch"] - training_epochs * table["is_pruned"].astype(bool)
    return table[within % every == 0]


def draw(drawn: Table) -> Figure:
    """Draw one network's N-cut above, its accuracies and losses below, over the same epochs.

    Parameters
    ----------
    drawn : Table
        A row an epoch: ``epoch, is_pruned, ncut, train_acc, test_acc, train_loss, test_loss``;
        epochs count on through pruning.
    """
    table = drawn.rows.sort_values("epoch")
    figure = style.figure(drawn.subject, style.COLUMN, 4.0)
    ncut, accuracy, loss = figure.subplots(3, 1, sharex=True)
    marker = {"marker": "o", "markersize": 2.5} if len(table) <= 60 else {}
    epochs = table["epoch"]
    ncut.plot(epochs, table["ncut"], color=NCUT, **marker)
    for axes, what in ((accuracy, "acc"), (loss, "loss")):
        axes.plot(epochs, table[f"train_{what}"], color=TRAIN, label="training images", **marker)
        axes.plot(epochs, table[f"test_{what}"], color=TEST, label="test images", **marker)
    ncut.set_ylabel("N-cut")
    accuracy.set_ylabel("Accuracy")
    loss.set(ylabel="Loss (nats)", xlabel="Epoch")
    loss.set_ylim(0, 1.06 * table[["train_loss", "test_loss"]].to_numpy().max())
    loss.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.align_ylabels()
    _mark_pruning(table, (ncut, accuracy, loss))
    style.legend_above(figure, accuracy.get_legend_handles_labels()[0])
    return figure


def _mark_pruning(table: pd.DataFrame, panels) -> None:
    """Shade the epochs of pruning; the border lies at the last epoch of training."""
    pruned = table["is_pruned"].astype(bool)
    epochs = table["epoch"]
    if pruned.all() or not pruned.any():
        return
    border = epochs[~pruned].max()
    for axes in panels:
        axes.axvspan(border, epochs.max(), color="#EFEFEF", linewidth=0, zorder=0)
        axes.axvline(border, color="black", linewidth=0.6, linestyle=(0, (4, 3)))
    panels[0].set_xlim(min(0, epochs.min()), 1.015 * epochs.max())
    top = panels[0]
    for middle, text in ((border / 2, "training"), ((border + epochs.max()) / 2, "pruning")):
        top.text(middle, 1.02, text, transform=top.get_xaxis_transform(), ha="center", fontsize=7)
