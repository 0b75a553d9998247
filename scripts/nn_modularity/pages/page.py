"""The page itself: words, tables, charts and figures in one HTML file."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

from bokeh.embed import components
from bokeh.resources import Resources
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from nn_modularity.pages import charts
from nn_modularity.pages.subject import Subject

_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:;
  style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'; font-src data:">
<link rel="icon" href="data:,">
<title>{{ subject.model }} · nn-modularity</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 72rem; margin: 0 auto;
    padding: 1rem; }
  h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; } .lead { font-size: 1.15rem; }
  .wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; }
  th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #ddd;
    vertical-align: top; }
  td.number { text-align: right; font-variant-numeric: tabular-nums; }
  .side { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; }
  .side > * { min-width: 0; }
  figure { margin: 0; } img { max-width: 100%; height: auto; }
  figcaption, .note { color: #555; font-size: .85rem; }
  .origin td { overflow-wrap: anywhere; }
  .warning { background: #fff3cd; padding: .5rem 1rem; }
  code { background: #f4f4f4; padding: .1rem .3rem; overflow-wrap: anywhere; }
</style>
{{ scripts }}
</head>
<body>
<h1>{{ subject.model }}</h1>
<p class="lead">{{ lead }}</p>
{% if not subject.data_complete %}<p class="warning">Trained on a part of its dataset: figures of
the whole one differ.</p>{% endif %}
{% if near_chance %}<p class="warning">The network answers no better than chance, so what lesions
change says little. Are these the data that it was made for, scaled as it expects?</p>{% endif %}

<h2>How modular it is</h2>
<p>N-cut of the clustering into K clusters, beside those of networks whose weights were shuffled
within each layer: the lower, the more modular. No clustering falls below the dotted bound, the sum
of the K smallest eigenvalues of the normalised Laplacian.</p>
<div class="side">{{ by_k }}</div>
<div class="wide">{{ table(k_rows) }}</div>

<h2>The network, by cluster</h2>
<p>Each dot is a {{ subject.units[:-1] }}, its colour one of {{ subject.k }} clusters
({{ subject.stage }} network), grey without edges. Hover for its degree and what the lesion of its
sub-module (the cluster's part of the layer) does; click to highlight a cluster, here and below.
{% if is_sample %}Of layers with many {{ subject.units }} a thousand are drawn.{% endif %}</p>
{{ network[0] }}
{% if network|length > 1 %}
<h2>What lesions do</h2>
<p>Every sub-module was silenced, and so were as many {{ subject.units }} of its layer, drawn at
random ({{ n_shuffles }} times). Colours at the left are the classes of the study's taxonomy.</p>
<div class="side">{{ network[1] }}{{ network[2] }}</div>
<div class="wide">{{ table(lesion_rows) }}</div>
{% endif %}
{% if figures %}<h2>Figures</h2>
<div class="side">{% for name, data in figures.items() %}<figure>
<img alt="{{ name }}" src="data:image/png;base64,{{ data }}"><figcaption>{{ name }}</figcaption>
</figure>{% endfor %}</div>{% endif %}

<h2>What it is</h2>
<div class="wide">{{ table(subject.layer_table) }}</div>

<h2>Where this comes from</h2>
<p>Made by <code>{{ command }}</code> with nn-modularity {{ software.commit }}, Python
{{ software.python }}{% for name, version in software.items() if name not in
("commit", "python") %}, {{ name }} {{ version }}{% endfor %}.</p>
<div class="wide"><table class="origin">{% for name, value in subject.origin.items() %}
<tr><th>{{ name }}</th><td>{{ value }}</td></tr>{% endfor %}</table></div>
</body>
</html>
"""

_TABLE = """<table><thead><tr>{% for name in rows[0] %}<th>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in rows %}<tr>{% for value in row.values() %}<td{% if value is number %}
 class="number"{% endif %}>{{ value|shown }}</td>{% endfor %}</tr>{% endfor %}</tbody></table>"""

_BY_K = {
    "stage": "stage",
    "K": "K",
    "ncut": "N-cut",
    "ncut_bound": "lower bound",
    "shuffle_method": "null model",
    "mean": "shuffled, mean",
    "stdev": "sd",
    "z_score": "z",
    "percentile": "p",
    "pvalue_low": "p, from",
    "pvalue_high": "to",
    "rand_index": "agreement with other scale",
}
_LESIONS = {
    "layer": "layer",
    "label": "cluster",
    "n_layer_label": "size",
    "taxonomy": "class",
    "diff": "change",
    "mean": "random twins, mean",
    "std": "sd",
    "z_score": "z",
    "pvalue": "p",
    "p_fwer": "p, family-wise",
}


def html(
    subject: Subject,
    figures: Mapping[str, str | Path],
    *,
    command: str,
    software: Mapping[str, str],
) -> str:
    """The page of a network.

    Parameters
    ----------
    subject : Subject
    figures : mapping
        PNG files by what readers call them.
    command : str
        What makes the page.
    software : mapping
        Versions, with ``commit`` and ``python``.

    Returns
    -------
    str
        HTML that loads nothing: whatever names and classes are called is text, not markup.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["shown"] = _shown
    by_k = charts.by_k(subject)
    network, is_sample = charts.network(subject)
    script, divs = components([*by_k, *network], wrap_script=True)
    marked = [Markup(div) for div in divs]
    table = environment.from_string(_TABLE)
    lesions = subject.lesions.table if subject.lesions is not None else None
    return environment.from_string(_TEMPLATE).render(
        subject=subject,
        lead=lead(subject),
        near_chance=lesions is not None and bool(lesions["near_chance"].any()),
        by_k=Markup("".join(divs[: len(by_k)])),
        network=marked[len(by_k) :],
        is_sample=is_sample,
        n_shuffles=0 if lesions is None or lesions.empty else int(lesions["n_shuffles"].iloc[0]),
        table=lambda rows: Markup(table.render(rows=rows)) if rows else "",
        k_rows=subject.by_k[list(_BY_K)].rename(columns=_BY_K).to_dict("records"),
        lesion_rows=[]
        if lesions is None
        else lesions[list(_LESIONS)].rename(columns=_LESIONS).to_dict("records"),
        figures={name: _base64(file) for name, file in figures.items()},
        command=command,
        software=software,
        scripts=Markup(Resources(mode="inline", components=["bokeh"]).render_js() + script),
    )


def lead(subject: Subject) -> str:
    """The page's first sentence: what the network is, and how modular."""
    network = subject.network
    parts = [
        f"{sum(subject.clusters.widths):,} {subject.units} in {len(subject.clusters.widths)} layers"
        f", {network.n_weights:,} weights"
    ]
    own = subject.by_k[(subject.by_k["stage"] == subject.stage) & (subject.by_k["K"] == subject.k)]
    if len(own):
        row = own.iloc[0]
        parts.append(
            f"N-cut {row['ncut']:.4f} at K = {subject.k}, shuffled {row['mean']:.4f} ± "
            f"{row['stdev']:.4f} ({row['shuffle_method']}, p = {row['percentile']:.4f})"
        )
    if subject.lesions is not None and len(subject.lesions.table):
        table = subject.lesions.table
        found = int((table["taxonomy"] == "important").sum())
        parts.append(
            f"{found} of {len(table)} sub-modules important, {subject.lesions.score} "
            f"{table['intact'].iloc[0]:.4f} without lesions"
        )
    return "; ".join(parts) + "."


def figures_of(paths: Sequence[str]) -> dict[str, str]:
    """Files of figures by what readers call them."""
    return {Path(path).stem.replace("-", " "): path for path in paths}


def _base64(file: str | Path) -> str:
    return base64.b64encode(Path(file).read_bytes()).decode()


def _shown(value: object) -> object:
    return f"{value:.4f}" if isinstance(value, float) else value
