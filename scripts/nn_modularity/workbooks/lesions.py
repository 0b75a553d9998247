"""The spreadsheet of single lesions: a summary, a sheet a model, where it all comes from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from nn_modularity.lesions import taxonomy
from nn_modularity.workbooks import columns
from nn_modularity.workbooks.origins import Origin
from nn_modularity.workbooks.spreadsheets import Note, Sheet, sheet_name

LEVEL = 0.05
"""Of significance after a correction for many tests."""

RESERVED = ("summary", "provenance", "columns")


@dataclass(frozen=True)
class TestedModel:
    """A model's table of single lesions, and where it comes from.

    Attributes
    ----------
    origin : Origin
    k : int
    ncut : float
        Of the clustering whose sub-modules were lesioned.
    table : DataFrame
        `lesion_tables.single`.
    """

    origin: Origin
    k: int
    ncut: float
    table: pd.DataFrame


def sheets(
    models: Sequence[TestedModel], rule: taxonomy.Rule, seed: int, software: Mapping[str, str]
) -> list[Sheet]:
    """All sheets, in the order in which they are read."""
    origins = [model.origin for model in models]
    table = summary(models, rule)
    notes = (data_note(origins), *chance_notes(table))
    found = [Sheet("summary", table, columns.number_formats(table), notes, 1)]
    taken = [*RESERVED]
    for model in models:
        name = sheet_name(model.origin.model, taken=taken)
        taken.append(name)
        formats = columns.number_formats(model.table)
        found.append(Sheet(name, model.table, formats, n_frozen=2))
    settings = {"study_seed": seed, **asdict(rule)}
    settings["small_up_to"] = settings.pop("small")
    origin = provenance(origins, settings, software)
    sections = {
        "a model's sheet": (list(models[0].table) if models else [], columns.SINGLE),
        "summary": (list(table), columns.SUMMARY | class_meanings(rule)),
        "provenance": (list(origin.table), columns.PROVENANCE),
        "taxonomy": (list(taxonomy.CLASSES), class_meanings(rule)),
    }
    return [
        *found,
        origin,
        Sheet("columns", columns.explain(sections), {}, n_frozen=2),
    ]


def summary(models: Sequence[TestedModel], rule: taxonomy.Rule) -> pd.DataFrame:
    """A row a model; see `columns.SUMMARY`."""
    used = "pvalue" if rule.ties == "counted" else "corrected_pvalue"
    rows = []
    for model in models:
        origin, table = model.origin, model.table
        counts = table["taxonomy"].value_counts()
        rows.append(
            {
                "model": origin.model,
                "data_complete": origin.complete,
                "dataset": origin.dataset,
                "stage": origin.stage,
                "instance": origin.instance,
                "k": model.k,
                "ncut": model.ncut,
                "test_acc": origin.metrics["test_acc"],
                "intact": table["intact"].iloc[0] if len(table) else float("nan"),
                "near_chance": bool(table["near_chance"].any()),
                "n_sub_modules": len(table),
                **{name: int(counts.get(name, 0)) for name in taxonomy.CLASSES},
                "n_significant": int((table[used] < rule.alpha).sum()),
                "n_significant_fwer": int((table["p_fwer"] < LEVEL).sum()),
                "n_significant_bh": int((table["pvalue_bh"] < LEVEL).sum()),
                "n_shuffles": rule.n_shuffles,
            }
        )
    return pd.DataFrame(rows)


def class_meanings(rule: taxonomy.Rule) -> dict[str, str]:
    """What the classes of sub-modules mean under a rule's thresholds."""
    numbers = {"small": rule.small, "n_shuffles": rule.n_shuffles, "delta": rule.delta}
    return {name: text.format(**numbers) for name, text in columns.CLASSES.items()}


def data_note(origins: Sequence[Origin]) -> Note:
    """What must be known of the data before a number is read."""
    parts = {origin.model: origin.source for origin in origins if not origin.complete}
    if not parts:
        return Note("All datasets are complete. Columns are explained in the last sheet.")
    sources = "; ".join(dict.fromkeys(parts.values()))
    return Note(
        f"INCOMPLETE DATA: {', '.join(parts)}: trained and tested on a subset of the dataset "
        f"({sources}). Not comparable with published numbers.",
        is_warning=True,
    )


def chance_notes(summary: pd.DataFrame) -> Iterator[Note]:
    """What must be known of the networks before their lesions are read."""
    models = summary.loc[summary["near_chance"], "model"]
    if len(models):
        yield Note(
            f"NEAR CHANCE: {', '.join(models)}: the intact network does hardly better than chance, "
            "so its lesions say little.",
            is_warning=True,
        )


def provenance(
    origins: Sequence[Origin], settings: Mapping[str, Any], software: Mapping[str, str]
) -> Sheet:
    """Where data and networks come from, and what made the table: a row a model."""
    table = pd.DataFrame(
        [
            {
                "model": origin.model,
                "data_complete": origin.complete,
                "dataset": origin.dataset,
                "data_source": origin.source,
                "dataset_sha256": origin.dataset_sha256,
                "trained_on_sha256": origin.network_dataset_sha256,
                "stage": origin.stage,
                "instance": origin.instance,
                **origin.recipe,
                **origin.metrics,
                "network_seed": origin.seed,
                **settings,
                "keras": origin.keras_version,
                "tensorflow": origin.tensorflow_version,
                **software,
            }
            for origin in origins
        ]
    )
    formats = columns.number_formats(table)
    return Sheet("provenance", table, formats, (data_note(origins),), n_frozen=1)
