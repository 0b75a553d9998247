"""Interactive charts of one network, as Bokeh models."""

from __future__ import annotations

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    FactorRange,
    HoverTool,
    LinearColorMapper,
    TapTool,
)
from bokeh.models.annotations import ColorBar, Whisker
from bokeh.palettes import RdBu11
from bokeh.plotting import figure

from nn_modularity import palette
from nn_modularity.figures.clustered_network import column_layout
from nn_modularity.figures.parts.drawings import cluster_colour, image_shape
from nn_modularity.pages.subject import Subject

MOST_DRAWN = 1000
"""Units of a layer that are drawn; of more, so many, evenly through its clusters."""

MOST_GROUPS = 40
"""Classes, labels or outputs with a column of their own; of more, those that change most."""

_HIGHLIGHT = """
const chosen = new Set(cb_obj.indices.map((index) => source.data.cluster[index]))
for (const other of sources) {
  const indices = []
  other.data.cluster.forEach((cluster, index) => { if (chosen.has(cluster)) indices.push(index) })
  other.selected.indices = indices
}
"""
"""What a click on one unit or sub-module selects: all of its cluster, in every chart."""


def by_k(subject: Subject) -> list:
    """N-cut against the number of clusters, a chart a stage.

    The network's N-cut, those of its shuffled versions with their standard deviation, and the
    bound that no clustering's N-cut falls below.
    """
    charts = []
    for stage, table in subject.by_k.groupby("stage", sort=False):
        chart = _figure(300, title=str(stage), x_axis_label="clusters", y_axis_label="N-cut")
        every_k = sorted(table["K"].unique())
        chart.xaxis.ticker = every_k
        shuffles = list(dict.fromkeys(table["shuffle_method"]))
        for place, shuffle in enumerate(shuffles, start=1):
            own = table[table["shuffle_method"] == shuffle].sort_values("K")
            source = ColumnDataSource(
                own.assign(
                    x=own["K"] + 0.12 * place,
                    low=own["mean"] - own["stdev"],
                    high=own["mean"] + own["stdev"],
                    p=[
                        f"{low:.3f} to {high:.3f}"
                        for low, high in zip(own["pvalue_low"], own["pvalue_high"], strict=True)
                    ],
                ).to_dict("list")
            )
            colour = palette.SHUFFLES.get(shuffle, palette.GREY)
            dots = chart.scatter(
                "x",
                "mean",
                source=source,
                size=7,
                color=colour,
                legend_label=f"{shuffle}, mean ± sd",
            )
            chart.add_layout(
                Whisker(base="x", lower="low", upper="high", source=source, line_color=colour)
            )
            chart.add_tools(
                HoverTool(
                    renderers=[dots],
                    tooltips=[
                        ("null model", shuffle),
                        ("K", "@K"),
                        ("N-cut", "@ncut{0.0000}"),
                        ("shuffled", "@mean{0.0000} ± @stdev{0.0000}"),
                        ("z", "@z_score{0.00}"),
                        ("p", "@p"),
                    ],
                )
            )
        own = ColumnDataSource(table.drop_duplicates("K").sort_values("K").to_dict("list"))
        chart.scatter(
            "K",
            "ncut",
            source=own,
            marker="diamond",
            size=13,
            color="black",
            legend_label="network",
        )
        chart.line(
            "K",
            "ncut_bound",
            source=own,
            color="black",
            line_dash="dotted",
            legend_label="lower bound",
        )
        _legend_above(chart)
        charts.append(chart)
    return charts


def network(subject: Subject) -> tuple[list, bool]:
    """The network, unit by unit, and what the lesion of every sub-module changes.

    Returns
    -------
    charts : list of bokeh figures
        The drawing; where there are lesions, also their effects.
    is_sample : bool
        Whether some layers have too many units to draw them all.
    """
    units, pixels, is_sample = _units(subject)
    drawing = _drawing(subject, units, pixels)
    sources = [units] if pixels is None else [units, pixels]
    charts = [drawing]
    if subject.lesions is not None and len(subject.lesions.table):
        overall, modules = _effects(subject)
        charts.append(overall)
        heat, cells = _by_class(subject, overall.y_range)
        charts.append(heat)
        sources += [modules, cells]
    for source in sources:
        source.selected.js_on_change(
            "indices", CustomJS(args={"source": source, "sources": sources}, code=_HIGHLIGHT)
        )
    return charts, is_sample


def _units(subject: Subject):
    """Sources of the drawing: units in columns, and pixels where the input is an image."""
    degrees = subject.graph.by_layer(subject.graph.degrees)
    told = _told(subject)
    image = image_shape(subject.network.input_shape)
    columns: dict[str, list] = {name: [] for name in (*_SHOWN, "x", "y", "colour")}
    pixels, is_sample = None, False
    titles = subject.layer_titles
    for layer, labels in enumerate(subject.clusters.by_layer):
        heights = column_layout(labels)
        order = np.argsort(-heights, kind="stable")
        rank = np.empty(labels.size)
        rank[order] = np.arange(labels.size)
        sideways = 0.6 * ((rank * 0.618034) % 1 - 0.5) if labels.size > 40 else 0 * rank
        rows = {
            "x": layer + sideways,
            "y": heights,
            "number": np.arange(labels.size),
            "layer": np.full(labels.size, titles[layer]),
            "cluster": labels,
            "degree": degrees[layer],
            "colour": np.array([cluster_colour(label) for label in labels]),
            "lesion": np.array([told.get((layer, int(label)), "–") for label in labels]),
        }
        if layer == 0 and image and labels.size == image[0] * image[1]:
            row, column = np.divmod(np.arange(labels.size), image[1])
            rows |= {"x": -1.6 + (column + 0.5) / image[1], "y": 1 - (row + 0.5) / image[0]}
            pixels = ColumnDataSource(rows)
            continue
        drawn = order
        if labels.size > MOST_DRAWN:
            is_sample = True
            drawn = order[np.linspace(0, labels.size - 1, MOST_DRAWN).round().astype(int)]
        for name, values in columns.items():
            values.append(rows[name][drawn])
    joined = {name: np.concatenate(values) for name, values in columns.items()}
    return ColumnDataSource(joined), pixels, is_sample


_SHOWN = ("layer", "number", "cluster", "degree", "lesion")


def _told(subject: Subject) -> dict[tuple[int, int], str]:
    """What the lesion of each sub-module does, in words."""
    if subject.lesions is None:
        return {}
    return {
        (row.layer, row.label): f"{subject.lesions.score} {row.diff:+.4f}: {row.taxonomy}"
        for row in subject.lesions.table.itertuples()
    }


def _drawing(subject: Subject, units: ColumnDataSource, pixels: ColumnDataSource | None):
    n_layers = len(subject.clusters.widths)
    chart = _figure(460, x_range=(-1.75 if pixels is not None else -0.6, n_layers - 0.4))
    chart.xaxis.ticker = list(range(n_layers))
    names = ["input", *map(str, range(1, n_layers - 1)), "output"]
    chart.xaxis.major_label_overrides = dict(enumerate(names))
    if pixels is not None:
        chart.xaxis.ticker = [-1.1, *range(1, n_layers)]
        chart.xaxis.major_label_overrides = {-1.1: "input", **dict(enumerate(names))}
        shape = image_shape(subject.network.input_shape) or (1, 1)
        chart.rect(
            "x",
            "y",
            width=1 / shape[1],
            height=1 / shape[0],
            source=pixels,
            fill_color="colour",
            line_color=None,
            nonselection_fill_alpha=0.15,
        )
    chart.scatter(
        "x", "y", source=units, size=6, color="colour", line_color=None, nonselection_alpha=0.08
    )
    chart.yaxis.visible = chart.grid.visible = False
    chart.xaxis.axis_label = "layer"
    chart.add_tools(
        TapTool(),
        HoverTool(
            tooltips=[
                ("layer", "@layer"),
                (subject.units.removesuffix("s"), "@number"),
                ("cluster", "@cluster"),
                ("degree", "@degree{0.000}"),
                ("its sub-module's lesion", "@lesion"),
            ]
        ),
    )
    return chart


def _effects(subject: Subject):
    """What each sub-module's lesion changes, beside its random twins'."""
    assert subject.lesions is not None
    table = subject.lesions.table
    names = [f"{row.layer}-{row.label}" for row in table.itertuples()]
    random = table["mean"] - table["intact"]
    source = ColumnDataSource(
        {
            "name": names,
            "cluster": table["label"],
            "change": table["diff"],
            "random": random,
            "low": random - 2 * table["std"],
            "high": random + 2 * table["std"],
            "colour": [palette.TAXONOMY[name] for name in table["taxonomy"]],
            "taxonomy": table["taxonomy"],
            "size": table["n_layer_label"],
            "z": table["z_score"],
            "p": table["pvalue"],
            "fwer": table["p_fwer"],
        }
    )
    chart = _figure(
        max(260, 60 + 18 * len(names)),
        y_range=FactorRange(factors=names[::-1]),
        x_axis_label=f"change of {subject.lesions.score}",
        y_axis_label="sub-module (layer-cluster)",
    )
    chart.segment(
        "low",
        "name",
        "high",
        "name",
        source=source,
        color=palette.GREY,
        line_width=4,
        line_alpha=0.5,
        legend_label="random twins, mean ± 2 sd",
        nonselection_alpha=0.1,
    )
    dots = chart.scatter(
        "change",
        "name",
        source=source,
        size=10,
        color="colour",
        legend_label="lesion",
        nonselection_alpha=0.15,
    )
    _legend_above(chart)
    chart.add_tools(
        TapTool(),
        HoverTool(
            renderers=[dots],
            tooltips=[
                ("sub-module", "@name, @size " + subject.units),
                ("change", "@change{+0.0000}"),
                ("random twins", "@random{+0.0000}"),
                ("z", "@z{0.00}"),
                ("p", "@p{0.0000}"),
                ("p, family-wise", "@fwer{0.0000}"),
                ("class", "@taxonomy"),
            ],
        ),
    )
    return chart, source


def _by_class(subject: Subject, modules: FactorRange):
    """The same by class, label or output, as colours."""
    assert subject.lesions is not None
    found = subject.lesions
    changes = found.changes
    shown = np.arange(changes.shape[1])
    if shown.size > MOST_GROUPS:
        most = np.nanmax(np.abs(np.nan_to_num(changes)), axis=0)
        shown = np.sort(np.argsort(-most, kind="stable")[:MOST_GROUPS])
    groups = [found.names[number] for number in shown]
    names = [f"{row.layer}-{row.label}" for row in found.table.itertuples()]
    source = ColumnDataSource(
        {
            "name": np.repeat(names, shown.size),
            "group": np.tile(groups, len(names)),
            "cluster": np.repeat(found.table["label"].to_numpy(), shown.size),
            "change": changes[:, shown].ravel(),
        }
    )
    chart = _figure(
        max(260, 60 + 18 * len(names)),
        y_range=modules,
        x_range=FactorRange(factors=groups),
        x_axis_label=f"change of {found.score} by class",
    )
    limit = float(np.nanmax(np.abs(np.nan_to_num(changes)), initial=1e-9))
    mapper = LinearColorMapper(palette=RdBu11[::-1], low=-limit, high=limit, nan_color=palette.GREY)
    cells = chart.rect(
        "group",
        "name",
        0.95,
        0.9,
        source=source,
        line_color=None,
        fill_color={"field": "change", "transform": mapper},
        nonselection_fill_alpha=0.15,
    )
    chart.xaxis.major_label_orientation = 0.9
    chart.add_layout(ColorBar(color_mapper=mapper, width=8), "right")
    chart.add_tools(
        TapTool(),
        HoverTool(
            renderers=[cells],
            tooltips=[
                ("sub-module", "@name"),
                ("class", "@group"),
                ("change", "@change{+0.0000}"),
            ],
        ),
    )
    return chart, source


def _legend_above(chart) -> None:
    """Move the legend out of the way of what is drawn."""
    legend = chart.legend[0]
    legend.update(orientation="horizontal", border_line_color=None, padding=0)
    legend.label_text_font_size = "9pt"
    chart.add_layout(legend, "above")


def _figure(height: int, **options):
    chart = figure(
        height=height,
        sizing_mode="stretch_width",
        tools="pan,box_zoom,wheel_zoom,reset,save",
        active_drag=None,
        active_scroll=None,
        **options,
    )
    chart.toolbar.logo = None
    chart.toolbar.autohide = True
    return chart
