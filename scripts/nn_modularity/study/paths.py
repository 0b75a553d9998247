"""Every name of a file in ``data/`` and ``results/``, once: patterns for rules and for format."""

import re
from collections.abc import Iterable, Sequence

DATASET = "data/{dataset}.h5"

NETWORK = "results/models/{model}/{instance}/{stage}.h5"
HISTORY = "results/models/{model}/{instance}/{stage}-history.csv"
CHECKPOINTS = "results/models/{model}/{instance}/{stage}-checkpoints.h5"

CLUSTERING = "results/clustering/{model}/{instance}/{stage}-k{k}.h5"
NULLS = "results/clustering/{model}/{instance}/{stage}-k{k}-{shuffle}.h5"
MORE_NULLS = "results/clustering/{model}/{instance}/{stage}-k{k}-{shuffle}-{n_shuffles}.h5"
RANDOM_INITIALISATION = "results/random-initialisation.h5"

LESION_COUNTS = "results/lesion{k_suffix}/{model}.h5"
LESIONS = "results/lesion{k_suffix}/{model}.csv"
CONTROL_LABELS = "results/double-lesion/{model}/control-labels.h5"
CONTROL_COUNTS = "results/double-lesion/{model}/control.h5"
CONTROL = "results/double-lesion/{model}/control.csv"
PAIR_COUNTS = "results/double-lesion/{model}/counts.h5"
PAIRS = "results/double-lesion/{model}/{table}.csv"

CLUSTERING_TABLE = "results/{kind}-clustering.csv"
NETWORK_TABLE = "results/networks/{model}.csv"
NETWORK_PAGE = "results/networks/{model}.html"
STABILITY = "results/{kind}-clustering-stability{k_suffix}.csv"
STABILITY_STATISTIC = "results/{kind}-clustering-stability-statistic{k_suffix}.csv"
LEARNING_CURVE = "results/learning-curve/{model}.csv"
LEARNING_CURVES = "results/mlp-learning-curve.csv"
LESION_WORKBOOK = "results/{kind}-lesion{k_suffix}.xlsx"
PAIR_WORKBOOK = "results/mlp-double-lesion.xlsx"
FACTORS = "results/factors.csv"
FACTORS_COMPARISON = "results/factors-comparison.csv"
COMPARISON = "results/paper-comparison.csv"

FIGURE = "results/figures/{name}.{ending}"
CLUSTERING_REPORT = "results/clustering-report-{model}.pdf"


def one_of(names: Iterable[str]) -> str:
    """Regular expression for exactly these names; for none, one that never matches."""
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "(?!)"


def filled(pattern: str, **known: object) -> str:
    """A pattern with some of its wildcards filled in, the others left open."""
    for name, value in known.items():
        pattern = pattern.replace(f"{{{name}}}", str(value))
    return pattern


def k_suffix(k: int, first: int) -> str:
    """What file names say of K: nothing for the first of an analysis."""
    return "" if k == first else f"-K{k}"


def k_suffixes(every_k: Sequence[int]) -> list[str]:
    """What file names say of every K of an analysis."""
    return [k_suffix(k, every_k[0]) for k in every_k]


def k_of(suffix: str, first: int) -> int:
    """The K that a suffix stands for."""
    return int(suffix.removeprefix("-K")) if suffix else first
