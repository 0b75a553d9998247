"""Figures of what joins sub-modules: dependencies and strong weights.

Throughout, `single` is the single test's table, a row a sub-module; in tables of pairs, X lies in
an earlier layer than Y.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nn_modularity import palette
from nn_modularity.figures import double_lesion, layers, style, submodules

PAIR_KEYS = ["x_layer", "x_label", "y_layer", "y_label"]

TYPES = {
    "I": ("X and Y are tied together", palette.BLACK, "-", "o"),
    "II": ("Y gets all it needs from X", palette.BLUE, (0, (4, 1.5)), "s"),
    "III": ("X feeds only Y", palette.GREEN, (0, (1, 1)), "^"),
    "IV": ("says nothing", palette.GREY, "-", "D"),
}
"""Meaning, colour, line and marker of every type of dependency."""

SPANS = (palette.BLUE, palette.ORANGE, palette.PURPLE, palette.GREEN)
"""Colours of paths to the next layer, to the one after that, …"""

STRONG = 0.5
"""Weight of a path, relative to the strongest between its layers, from which it is an edge."""

_WIDEST = 2.5  # width of the strongest edge in points


def dependency_types(dependencies: pd.DataFrame) -> Figure:
    """s(X|Y) against s(Y|X) of the pairs that are important alone, by type."""
    figure = style.figure(style.COLUMN, 4.1)
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
            label=f"{name}: {meaning} ({_pairs(len(pairs))})",
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
    figure.legend(loc="outside upper left")
    return figure


def dependency_graph(single: pd.DataFrame, dependencies: pd.DataFrame) -> Figure:
    """Sub-modules by layer, and an edge X → Y for every dependency of types I to III."""
    rows = single.iloc[submodules.ordered(single)]
    figure = style.figure(style.PAGE, 1.2 + 0.42 * rows.layer.value_counts().max())
    axes = figure.subplots()
    nodes = layers.draw_nodes(axes, rows)
    handles = [
        Line2D([], [], color=colour, linestyle=line, label=f"{name}: {meaning}")
        for name, (meaning, colour, line, _) in TYPES.items()
        if name != "IV"
    ]
    handles += submodules.class_handles(rows.taxonomy)
    # Columns are filled one by one: the types are the first.
    n_columns = -(-len(handles) // 3)
    figure.legend(handles=handles, loc="outside upper left", ncols=n_columns, handlelength=2.2)
    edges = []
    for pair in dependencies[dependencies.edge.astype(bool)].itertuples():
        _, colour, line, _ = TYPES[pair.type]
        edges.append((_pair(pair), {"color": colour, "linestyle": line, "linewidth": 1.1}))
    if not edges:
        layers.say_below(axes, "No dependencies of types I to III")
    layers.draw_edges(axes, nodes, edges)
    return figure


def weight_paths(single: pd.DataFrame, paths: pd.DataFrame) -> Figure:
    """Weights along paths between sub-modules, as a graph and as a heatmap.

    The graph has the strong paths among sub-modules that are important alone, to be compared with
    the dependency graph; the heatmap has all.
    """
    rows = single.iloc[submodules.ordered(single)]
    figure = style.figure(style.PAGE, 1.6 + 0.36 * rows.layer.value_counts().max())
    graph, heatmap = figure.subplots(1, 2, width_ratios=(1, 1.05))
    nodes = layers.draw_nodes(graph, rows)
    _draw_weights(figure, heatmap, rows, paths)
    handles = [
        Line2D(
            [],
            [],
            color=SPANS[span % len(SPANS)],
            linewidth=_WIDEST,
            label="to the next layer" if span == 0 else f"{span + 1} layers on",
        )
        for span in range(rows.layer.nunique() - 1)
    ]
    n_rows = max(len(handles), 2)
    handles += submodules.class_handles(rows.taxonomy)
    n_columns = -(-len(handles) // n_rows)
    figure.legend(handles=handles, loc="outside upper left", ncols=n_columns)
    important = rows[rows.taxonomy == submodules.IMPORTANT]
    names = set(zip(important.layer, important.label, strict=True))
    edges = []
    for path in paths.sort_values("mean_normalised").itertuples():
        pair = _pair(path)
        if path.mean_normalised >= STRONG and {pair[:2], pair[2:]} <= names:
            share = (path.mean_normalised - STRONG) / (1 - STRONG)
            look = {"linewidth": 0.5 + (_WIDEST - 0.5) * share, "alpha": 0.4 + 0.6 * share}
            colour = SPANS[(path.y_layer - path.x_layer - 1) % len(SPANS)]
            edges.append((pair, {"color": colour, **look}))
    if not edges:
        layers.say_below(graph, "No strong path between important sub-modules")
    layers.draw_edges(graph, nodes, edges)
    return figure


def _draw_weights(figure: Figure, axes: Axes, rows: pd.DataFrame, paths: pd.DataFrame) -> None:
    is_x = (rows.layer < rows.layer.max()).to_numpy()
    is_y = (rows.layer > rows.layer.min()).to_numpy()
    weights = double_lesion.square(rows, paths, PAIR_KEYS, "mean_normalised")
    if not is_x.any():
        axes.axis("off")
        layers.say_below(axes, "One layer of sub-modules: no paths")
        return
    shown = weights[np.ix_(is_x, is_y)]
    edges = [np.arange(size + 1) - 0.5 for size in shown.shape]
    grid = axes.pcolormesh(
        edges[1],
        edges[0],
        shown,
        cmap="Blues",
        vmin=0,
        vmax=1,
        edgecolors="white",
        linewidth=0.3,
    )
    names = np.array(submodules.names(rows))
    axes.set_xticks(range(shown.shape[1]), names[is_y], rotation=90)
    axes.set_yticks(range(shown.shape[0]), names[is_x])
    axes.tick_params(length=0, labelsize=style.SMALL)
    is_important = (rows.taxonomy == submodules.IMPORTANT).to_numpy()
    for shown_labels, chosen in ((axes.get_xticklabels(), is_y), (axes.get_yticklabels(), is_x)):
        for text, bold in zip(shown_labels, is_important[chosen], strict=True):
            text.set_fontweight("bold" if bold else "normal")
    axes.spines[:].set_visible(False)
    axes.set(xlabel="Sub-module Y", ylabel="Sub-module X", aspect="equal")
    axes.invert_yaxis()
    for start in submodules.layer_starts(rows.layer[is_x])[1:-1]:
        axes.axhline(start - 0.5, color="black", linewidth=0.5)
    for start in submodules.layer_starts(rows.layer[is_y])[1:-1]:
        axes.axvline(start - 0.5, color="black", linewidth=0.5)
    label = "Weight of the paths, relative to\nthe strongest between the layers"
    figure.colorbar(grid, ax=axes, label=label, shrink=0.8, aspect=30)


def _pair(row) -> layers.Pair:
    return row.x_layer, row.x_label, row.y_layer, row.y_label


def _pairs(n: int) -> str:
    return "1 pair" if n == 1 else f"{n} pairs"
