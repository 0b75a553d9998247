"""What the spreadsheets of lesions have in common.

A summary in front, then each model's tables, at the end where it all comes from and what columns
mean.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import pandas as pd

from nn_modularity.lesions import taxonomy
from nn_modularity.workbooks import columns
from nn_modularity.workbooks.origins import Origin
from nn_modularity.workbooks.spreadsheets import Note, Sheet, sheet_name

RESERVED = ("summary", "provenance", "columns")


@dataclass(frozen=True, eq=False)
class Tested:
    """A network whose sub-modules were lesioned.

    Attributes
    ----------
    origin : Origin
    k : int
    ncut : float
        Of the clustering whose sub-modules were lesioned.
    """

    origin: Origin
    k: int
    ncut: float

    @property
    def summary(self) -> dict[str, Any]:
        """The first columns of its row in the summary."""
        return {
            "model": self.origin.model,
            "data_complete": self.origin.data_complete,
            "dataset": self.origin.dataset,
            "stage": self.origin.stage,
            "instance": self.origin.instance,
            "k": self.k,
            "ncut": self.ncut,
            "test_acc": self.origin.metrics["test_acc"],
        }


@dataclass(frozen=True, eq=False)
class Leaf:
    """One table of a model.

    Attributes
    ----------
    ending : str
        What its sheet's name has behind the model.
    table : DataFrame
    n_frozen : int
        Columns that name a row.
    meanings : mapping
        By column.
    """

    ending: str
    table: pd.DataFrame
    n_frozen: int
    meanings: Mapping[str, str]

    @property
    def section(self) -> tuple[list[str], Mapping[str, str]]:
        """Its part of the sheet that explains columns."""
        return list(self.table), self.meanings


AnyTested = TypeVar("AnyTested", bound=Tested)


def bind(
    models: Sequence[AnyTested],
    summary: pd.DataFrame,
    leaves_of: Callable[[AnyTested], Sequence[Leaf]],
    origin: Sheet,
    sections: Mapping[str, tuple[Sequence[str], Mapping[str, str]]],
) -> list[Sheet]:
    """All sheets, in the order in which they are read.

    What must be known before numbers are read stands above the summary and above every table that
    it is about.

    Parameters
    ----------
    models : sequence of Tested
    summary : DataFrame
        A row a model.
    leaves_of : callable
        A model's tables.
    origin : Sheet
        See `provenance`.
    sections : mapping
        See `columns.explain`.
    """
    notes = (data_note([model.origin for model in models]), *chance_notes(summary))
    sheets = [Sheet("summary", summary, columns.number_formats(summary), notes, 1)]
    taken = [*RESERVED]
    for number, model in enumerate(models):
        own = (data_note([model.origin]), *chance_notes(summary.iloc[number : number + 1]))
        warnings = tuple(note for note in own if note.is_warning)
        for leaf in leaves_of(model):
            name = sheet_name(model.origin.model, leaf.ending, taken)
            taken.append(name)
            formats = columns.number_formats(leaf.table)
            sheets.append(Sheet(name, leaf.table, formats, warnings, leaf.n_frozen))
    return [*sheets, origin, Sheet("columns", columns.explain(sections), {}, n_frozen=2)]


def class_meanings(rule: taxonomy.Rule) -> dict[str, str]:
    """What the classes of sub-modules mean under a rule's thresholds."""
    numbers = {"small": rule.small, "n_shuffles": rule.n_shuffles, "delta": rule.delta}
    return {name: text.format(**numbers) for name, text in columns.CLASSES.items()}


def data_note(origins: Sequence[Origin]) -> Note:
    """What must be known of the data before a number is read."""
    parts = {origin.model: origin.source for origin in origins if not origin.data_complete}
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
    models: Sequence[Tested],
    seed: int,
    rule: taxonomy.Rule,
    software: Mapping[str, str],
    **settings: Any,
) -> Sheet:
    """Where data and networks come from, and what made the tables: a row a model.

    Parameters
    ----------
    models : sequence of Tested
    seed : int
        The study's.
    rule : taxonomy.Rule
        Of single lesions.
    software : mapping
        Versions by name.
    **settings
        What else the tables depend on.
    """
    settings = {"study_seed": seed, **asdict(rule), **settings}
    settings["small_up_to"] = settings.pop("small")
    origins = [model.origin for model in models]
    table = pd.DataFrame([_origin_row(origin, settings, software) for origin in origins])
    return Sheet(
        "provenance", table, columns.number_formats(table), (data_note(origins),), n_frozen=1
    )


def _origin_row(
    origin: Origin, settings: Mapping[str, Any], software: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "model": origin.model,
        "data_complete": origin.data_complete,
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
