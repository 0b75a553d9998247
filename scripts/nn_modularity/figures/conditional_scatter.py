"""What a sub-module's loss changes where another is lost, against other changes."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity.figures.parts import pair_tests, style, submodules
from nn_modularity.figures.parts.pair_tests import PairTest

read = pair_tests.read


def draw(test: PairTest) -> Figure:
    """Draw s(i|j) against what both lesions change, and against what i's alone changes."""
    pairs = test.pairs[~test.pairs.within_layer]
    alone = test.single.set_index(["layer", "label"])["diff"]
    alone_of_pairs = alone.loc[list(zip(pairs.layer, pairs.label, strict=True))].to_numpy()
    figure = style.figure(test.subject, style.PAGE, 2.9)
    panels = figure.subplots(1, 2, sharey=True)
    changes = (
        ("Change in accuracy with i and j (pp)", pairs["diff"].to_numpy()),
        ("Change in accuracy with i alone (pp)", alone_of_pairs),
    )
    colours = submodules.colours(pairs)
    for axes, (x_label, x) in zip(panels, changes, strict=True):
        axes.axhline(0, color="#BBBBBB", linewidth=0.6, zorder=0)
        axes.axvline(0, color="#BBBBBB", linewidth=0.6, zorder=0)
        marks = {"s": 10, "linewidths": 0.2, "edgecolors": "white", "alpha": 0.85}
        is_picture = len(pairs) > style.MANY
        axes.scatter(100 * x, 100 * pairs.s, c=colours, rasterized=is_picture, **marks)
        axes.set_xlabel(x_label)
    panels[0].set_ylabel("s(i|j), change with i where j is lesioned (pp)")
    panels[1].axline((0, 0), slope=1, color="black", linewidth=0.6, linestyle="--", zorder=0)
    handles = submodules.class_handles(pairs.taxonomy)
    handles.append(
        Line2D([], [], color="black", linewidth=0.6, linestyle="--", label="j makes no difference")
    )
    style.legend_above(figure, handles, title="Class of i given j")
    return figure
