"""The spreadsheet of double lesions: eight sheets a model, a summary, where it all comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nn_modularity.lesions import taxonomy
from nn_modularity.vocabulary import CLASSES, DEPENDENCIES, IMPORTANT
from nn_modularity.workbooks import binding, columns
from nn_modularity.workbooks.binding import Leaf, Tested
from nn_modularity.workbooks.spreadsheets import Sheet

SUB_MODULES = ["first_layer", "first_label", "second_layer", "second_label"]


@dataclass(frozen=True, eq=False)
class TestedPairs(Tested):
    """A network whose sub-modules were lesioned in pairs.

    Attributes
    ----------
    single, control : DataFrame
        `tables.lesions.single`, of the clustering and of a random labelling.
    joint, conditional : DataFrame
        `tables.pairs`.
    dependencies, paths : DataFrame
        `dependencies`.
    """

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
    overview, meanings = summary(models), binding.class_meanings(rule)
    origin = binding.provenance(
        models, seed, single_rule, software, n_pair_shuffles=rule.n_shuffles
    )
    sections: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {
        "summary": (list(overview), columns.DOUBLE_SUMMARY | meanings)
    }
    for model in models[:1]:
        sections |= {leaf.ending.strip(): leaf.section for leaf in leaves_of(model)}
    sections["provenance"] = (list(origin.table), columns.PROVENANCE)
    sections["taxonomy, single"] = (list(CLASSES), binding.class_meanings(single_rule))
    sections["taxonomy, pairs"] = (columns.PAIR_CLASSES, meanings)
    return binding.bind(models, overview, leaves_of, origin, sections)


def leaves_of(model: TestedPairs) -> list[Leaf]:
    """A model's eight tables."""
    importance = importance_counts(model.single, model.joint)
    return [
        Leaf(" single", model.single, 2, columns.SINGLE),
        Leaf(" control", model.control, 2, columns.CONTROL),
        Leaf(" joint", model.joint, 4, columns.JOINT),
        Leaf(" conditional", model.conditional, 4, columns.CONDITIONAL),
        Leaf(" importance", importance, 3, columns.IMPORTANCE),
        Leaf(" interesting", interesting_pairs(model.joint), 4, columns.INTERESTING),
        Leaf(" types", model.dependencies, 4, columns.DEPENDENCIES),
        Leaf(" paths", model.paths, 4, columns.WEIGHT_PATHS),
    ]


def summary(models: Sequence[TestedPairs]) -> pd.DataFrame:
    """A row a model; see `columns.DOUBLE_SUMMARY`."""
    return pd.DataFrame(
        [
            {
                **model.summary,
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
                    for name in DEPENDENCIES
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
        `tables.lesions.single`.
    joint : DataFrame
        `tables.pairs.joint`, all pairs i ≤ j.
    """
    is_important = single.set_index(["layer", "label"])["taxonomy"] == IMPORTANT
    flags = pd.DataFrame(
        {
            "first_important": _look_up(is_important, joint, "first"),
            "second_important": _look_up(is_important, joint, "second"),
            "joint_important": (joint["taxonomy"] == IMPORTANT).to_numpy(),
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
        `tables.pairs.joint`.

    Returns
    -------
    DataFrame
        See `columns.INTERESTING`; by reason, then by ``excess``, most harm first.
    """
    pairs = across_layers(joint)
    parts = [pairs[f"{which}_taxonomy"] == IMPORTANT for which in ("first", "second")]
    is_part_important = parts[0] | parts[1]
    is_important = pairs["taxonomy"] == IMPORTANT
    pairs = pairs.assign(
        why=np.where(is_important, "important together only", "important alone only"),
        excess=pairs["diff"] - pairs["first_diff"] - pairs["second_diff"],
    )[is_important != is_part_important]
    return pairs[list(columns.INTERESTING)].sort_values(["why", "excess", *SUB_MODULES])


def _look_up(values: pd.Series, joint: pd.DataFrame, which: str) -> np.ndarray:
    keys = zip(joint[f"{which}_layer"], joint[f"{which}_label"], strict=True)
    return values.loc[list(keys)].to_numpy()


def _n_important(table: pd.DataFrame) -> int:
    return int((table["taxonomy"] == IMPORTANT).sum())
