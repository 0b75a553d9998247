"""The spreadsheet of double lesions: eight sheets a model, a summary, where it all comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from nn_modularity.lesions import taxonomy
from nn_modularity.workbooks import columns
from nn_modularity.workbooks.lesions import (
    RESERVED,
    chance_notes,
    class_meanings,
    data_note,
    provenance,
)
from nn_modularity.workbooks.origins import Origin
from nn_modularity.workbooks.spreadsheets import Sheet, sheet_name

SUB_MODULES = ["first_layer", "first_label", "second_layer", "second_label"]


@dataclass(frozen=True)
class TestedPairs:
    """A model's tables of double lesions, and where they come from.

    Attributes
    ----------
    origin : Origin
    k : int
    ncut : float
        Of the clustering whose sub-modules were lesioned.
    single, control : DataFrame
        `lesion_tables.single`, of the clustering and of a random labelling.
    joint, conditional : DataFrame
        `double_lesion_tables`.
    dependencies, paths : DataFrame
        `dependencies`.
    """

    origin: Origin
    k: int
    ncut: float
    single: pd.DataFrame
    control: pd.DataFrame
    joint: pd.DataFrame
    conditional: pd.DataFrame
    dependencies: pd.DataFrame
    paths: pd.DataFrame


def sheets(
    models: Sequence[TestedPairs],
    rule: taxonomy.Rule,
    single_rule: taxonomy.Rule,
    seed: int,
    software: Mapping[str, str],
) -> list[Sheet]:
    """All sheets, in the order in which they are read.

    Parameters
    ----------
    models : sequence of TestedPairs
    rule, single_rule : taxonomy.Rule
        Of pairs, and of single lesions.
    seed : int
        The study's.
    software : mapping
        Versions by name.
    """
    origins = [model.origin for model in models]
    overview = summary(models)
    notes = (data_note(origins), *chance_notes(overview))
    sheets = [Sheet("summary", overview, columns.number_formats(overview), notes, 1)]
    taken = [*RESERVED]
    sections = {"summary": (list(overview), columns.DOUBLE_SUMMARY | class_meanings(rule))}
    for model in models:
        for title, (table, n_frozen, meanings) in tables_of(model).items():
            name = sheet_name(model.origin.model, f" {title}", taken)
            taken.append(name)
            sheets.append(Sheet(name, table, columns.number_formats(table), n_frozen=n_frozen))
            sections.setdefault(title, (list(table), meanings))
    settings = {"study_seed": seed, **asdict(single_rule), "n_pair_shuffles": rule.n_shuffles}
    settings["small_up_to"] = settings.pop("small")
    origin = provenance(origins, settings, software)
    sections["provenance"] = (list(origin.table), columns.PROVENANCE)
    sections["taxonomy, single"] = (list(taxonomy.CLASSES), class_meanings(single_rule))
    sections["taxonomy, pairs"] = (columns.PAIR_CLASSES, class_meanings(rule))
    return [*sheets, origin, Sheet("columns", columns.explain(sections), {}, n_frozen=2)]


def tables_of(model: TestedPairs) -> dict[str, tuple[pd.DataFrame, int, dict[str, str]]]:
    """A model's tables by title, with the number of columns that name a row, and the meanings."""
    return {
        "single": (model.single, 2, columns.SINGLE),
        "control": (model.control, 2, columns.CONTROL),
        "joint": (model.joint, 4, columns.JOINT),
        "conditional": (model.conditional, 4, columns.CONDITIONAL),
        "importance": (importance_counts(model.single, model.joint), 3, columns.IMPORTANCE),
        "interesting": (interesting_pairs(model.joint), 4, columns.INTERESTING),
        "types": (model.dependencies, 4, columns.DEPENDENCIES),
        "paths": (model.paths, 4, columns.WEIGHT_PATHS),
    }


def summary(models: Sequence[TestedPairs]) -> pd.DataFrame:
    """A row a model; see `columns.DOUBLE_SUMMARY`."""
    return pd.DataFrame(
        [
            {
                "model": model.origin.model,
                "data_complete": model.origin.complete,
                "dataset": model.origin.dataset,
                "stage": model.origin.stage,
                "instance": model.origin.instance,
                "k": model.k,
                "ncut": model.ncut,
                "test_acc": model.origin.metrics["test_acc"],
                "near_chance": bool(model.single["near_chance"].any()),
                "n_sub_modules": len(model.single),
                "n_important": _n_important(model.single),
                "n_important_control": _n_important(model.control),
                "n_joint": len(across_layers(model.joint)),
                "n_joint_important": _n_important(across_layers(model.joint)),
                "n_conditional": len(across_layers(model.conditional)),
                "n_conditional_important": _n_important(across_layers(model.conditional)),
                **{
                    f"type_{name}": int((model.dependencies["type"] == name).sum())
                    for name in ("I", "II", "III", "IV")
                },
                "n_edges": int(model.dependencies["edge"].sum()),
            }
            for model in models
        ]
    )


def across_layers(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs that are interpreted: those of different layers."""
    return pairs[~pairs["within_layer"].astype(bool)]


def importance_counts(single: pd.DataFrame, joint: pd.DataFrame) -> pd.DataFrame:
    """Pairs by importance of the first, of the second, of both lesioned together.

    Parameters
    ----------
    single : DataFrame
        `lesion_tables.single`.
    joint : DataFrame
        `double_lesion_tables.joint`, all pairs i ≤ j.
    """
    is_important = single.set_index(["layer", "label"])["taxonomy"] == taxonomy.IMPORTANT
    flags = pd.DataFrame(
        {
            "first_important": _look_up(is_important, joint, "first"),
            "second_important": _look_up(is_important, joint, "second"),
            "joint_important": (joint["taxonomy"] == taxonomy.IMPORTANT).to_numpy(),
            "across": ~joint["within_layer"].to_numpy(dtype=bool),
        }
    )
    names = ["first_important", "second_important", "joint_important"]
    counted = flags.groupby(names)["across"].agg(["size", "sum"]).reset_index()
    return counted.rename(columns={"size": "n_pairs", "sum": "n_pairs_across_layers"})


def interesting_pairs(joint: pd.DataFrame) -> pd.DataFrame:
    """Pairs of different layers whose importance doesn't follow from that of their parts.

    Parameters
    ----------
    joint : DataFrame
        `double_lesion_tables.joint`.

    Returns
    -------
    DataFrame
        See `columns.INTERESTING`; by reason, then by ``excess``, most harm first.
    """
    pairs = across_layers(joint)
    parts = [pairs[f"{which}_taxonomy"] == taxonomy.IMPORTANT for which in ("first", "second")]
    is_part_important = parts[0] | parts[1]
    is_important = pairs["taxonomy"] == taxonomy.IMPORTANT
    pairs = pairs.assign(
        why=np.where(is_important, "important together only", "important alone only"),
        excess=pairs["diff"] - pairs["first_diff"] - pairs["second_diff"],
    )[is_important != is_part_important]
    return pairs[list(columns.INTERESTING)].sort_values(["why", "excess", *SUB_MODULES])


def _look_up(values: pd.Series, joint: pd.DataFrame, which: str) -> np.ndarray:
    keys = zip(joint[f"{which}_layer"], joint[f"{which}_label"], strict=True)
    return values.loc[list(keys)].to_numpy()


def _n_important(table: pd.DataFrame) -> int:
    return int((table["taxonomy"] == taxonomy.IMPORTANT).sum())
