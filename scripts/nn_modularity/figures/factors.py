"""What makes networks clusterable: N-cuts, beside those of shuffled networks, by factor."""

from matplotlib.figure import Figure

from nn_modularity.figures.parts import points, style, tables
from nn_modularity.figures.parts.tables import Table
from nn_modularity.palette import CLUSTERS

read = tables.read


def draw(drawn: Table) -> Figure:
    """Draw the z-score of every training against its N-cut.

    Parameters
    ----------
    drawn : Table
        `tables.clustering.factors`. A panel a null model; filled markers are pruned networks.
    """
    table = drawn.rows
    shuffles = list(dict.fromkeys(table["shuffle_method"]))
    colours = dict(zip(dict.fromkeys(table["factor"]), CLUSTERS * 9, strict=False))
    markers = style.markers(dict.fromkeys(table["task"]))
    figure = style.figure(drawn.subject, style.PAGE, 3.4)
    panels = figure.subplots(1, len(shuffles), sharey=True, squeeze=False)[0]
    for axes, shuffle in zip(panels, shuffles, strict=True):
        own = table[table["shuffle_method"] == shuffle]
        axes.axhline(0, color="#BBBBBB", linewidth=0.6, zorder=0)
        for (factor, task, is_unpruned), rows in own.groupby(["factor", "task", "is_unpruned"]):
            colour = colours[factor]
            axes.scatter(
                rows["ncut"],
                rows["z_score"],
                s=22,
                marker=markers[task],
                facecolor="none" if is_unpruned else colour,
                edgecolor=colour,
                linewidth=0.8,
                alpha=0.85,
            )
        axes.set(xlabel="N-cut")
        axes.set_yscale("symlog", linthresh=2)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))
        axes.margins(0.06)
        style.panel_title(axes, shuffle)
    panels[0].set_ylabel("z-score among shuffled networks\n(log scale beyond ±2)")
    handles = [
        style.Heading("Factor"),
        *(points.dot(name, color=colour, marker="o") for name, colour in colours.items()),
        style.Heading(""),
        style.Heading("Task"),
        *(points.dot(name, color="#555555", marker=marker) for name, marker in markers.items()),
        style.Heading(""),
        style.Heading("Filled: pruned"),
    ]
    style.legend_right(figure, handles)
    return figure
