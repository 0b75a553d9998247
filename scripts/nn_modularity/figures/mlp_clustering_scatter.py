"""The N-cut of every instance against its test accuracy."""

from matplotlib.figure import Figure

from nn_modularity.figures.parts import points, style, tables
from nn_modularity.figures.parts.tables import Table

read = tables.read


def draw(drawn: Table) -> Figure:
    """Draw the N-cut of every instance against its test accuracy.

    Parameters
    ----------
    drawn : Table
        A row an instance and stage: ``model, is_unpruned, dropout, ncut, test_acc``.
    """
    table = drawn.rows
    figure = style.figure(drawn.subject, style.PAGE, 4.0)
    axes = figure.subplots()
    regimes = style.regimes_of(table)
    datasets = table["model"].map(style.base_dataset)
    markers = style.markers(dict.fromkeys(datasets))
    for regime, colour in style.REGIMES.items():
        for dataset, marker in markers.items():
            rows = table[(regimes == regime) & (datasets == dataset)]
            axes.scatter(
                rows["ncut"],
                rows["test_acc"],
                s=22,
                marker=marker,
                color=colour,
                alpha=0.85,
                edgecolor="white",
                linewidth=0.4,
            )
    axes.set(xlabel="N-cut", ylabel="Test accuracy", ylim=(0, 1.03))
    axes.margins(x=0.04)
    shown = [name for name in style.REGIMES if (regimes == name).any()]
    handles = [
        style.Heading("Training"),
        *(points.dot(name, color=style.REGIMES[name], marker="o") for name in shown),
        style.Heading(""),
        style.Heading("Dataset"),
        *(points.dot(name, color="#555555", marker=marker) for name, marker in markers.items()),
    ]
    style.legend_right(figure, handles)
    return figure
