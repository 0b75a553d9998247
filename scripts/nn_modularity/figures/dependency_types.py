"""The conditional effects of pairs in both directions, by type of dependency."""

from matplotlib.figure import Figure

from nn_modularity.figures.parts import pair_tests, style, submodules
from nn_modularity.figures.parts.dependencies import TYPES
from nn_modularity.figures.parts.pair_tests import PairTest

read = pair_tests.read


def draw(test: PairTest) -> Figure:
    """s(X|Y) against s(Y|X) of the pairs that are important alone, by type."""
    dependencies = test.pairs
    figure = style.figure(test.subject, style.COLUMN, 3.2)
    axes = figure.subplots()
    zero = {"color": "#BBBBBB", "linewidth": 0.6, "zorder": 0}
    axes.axhline(0, **zero)
    axes.axvline(0, **zero)
    for name, (meaning, colour, _, marker) in TYPES.items():
        pairs = dependencies[dependencies.type == name]
        axes.plot(
            100 * pairs.s_y_given_x.astype(float),
            100 * pairs.s_x_given_y.astype(float),
            marker,
            color=colour,
            markersize=4.5,
            markeredgewidth=0.4,
            markeredgecolor="white",
            label=f"{name}: {meaning} ({_count(len(pairs))})",
            zorder=2 if name == "IV" else 3,
        )
    if dependencies.empty:
        axes.set(xlim=(-1, 1), ylim=(-1, 1), xticks=[0], yticks=[0])
        place = {"ha": "center", "va": "center", "bbox": submodules.PAPER | {"alpha": 1}}
        axes.text(0, 0.5, "No two sub-modules of different layers\nare important alone", **place)
    else:
        axes.axline((0, 0), slope=1, linestyle="--", **zero)
    axes.set(
        xlabel="s(Y|X), change with Y where X is lesioned (pp)",
        ylabel="s(X|Y), change with X where Y is lesioned (pp)",
    )
    style.legend_above(figure, axes.get_legend_handles_labels()[0])
    return figure


def _count(n: int) -> str:
    return "1 pair" if n == 1 else f"{n} pairs"
