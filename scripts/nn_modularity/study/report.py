"""The report of whatever is finished: its first page, and which files it has.

Every job reads the rules, and with them this: tables are read without pandas.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nn_modularity.study import paths
from nn_modularity.vocabulary import IMPORTANT

SHOWN = (".png", ".pdf", ".xlsx", ".csv", ".html")
"""Kinds of files that a report has; beside a PNG lies the same figure as SVG."""
MOST_MISSING = 12


def is_asked_for(arguments: Sequence[str]) -> bool:
    """Whether a command line asks Snakemake for a report."""
    return any(each == "--report" or each.startswith("--report=") for each in arguments)


def finished(asked: Iterable[object]) -> list[str]:
    """Of the files that a study asks for, those that a report can show."""
    shown = (file for file in dict.fromkeys(map(str, asked)) if file.endswith(SHOWN))
    return [file for file in shown if Path(file).is_file()]


def front_page(introduction: str, seed: int, models: int, asked: Iterable[object]) -> str:
    """The first page of a report, as reStructuredText.

    Parameters
    ----------
    introduction : str
        What a study is about.
    seed, models : int
        Its seed, and how many models it has.
    asked : iterable
        All the files that it asks for.
    """
    shown = [file for file in dict.fromkeys(map(str, asked)) if file.endswith(SHOWN)]
    missing = [file for file in shown if not Path(file).is_file()]
    said = f"Seed {seed}, {models} models, in ``{Path.cwd()}``."
    parts = [introduction, said, *_key_numbers()]
    if missing:
        listed = ", ".join(f"``{file}``" for file in missing[:MOST_MISSING])
        more = f" and {len(missing) - MOST_MISSING} more" if len(missing) > MOST_MISSING else ""
        parts.append(f"**Not made yet** ({len(missing)} of {len(shown)} files): {listed}{more}.")
    return "\n\n".join(parts) + "\n"


def _key_numbers() -> Iterator[str]:
    for kind in ("mlp", "cnn"):
        table = paths.CLUSTERING_TABLE.format(kind=kind)
        if Path(table).is_file():
            yield from _of_clustering(table)
    lesioned = sorted(Path(paths.LESIONS.format(model="X", k_suffix="")).parent.glob("*.csv"))
    rows = [row for file in lesioned if (row := _of_lesions(file))]
    if rows:
        yield _table("Lesions, of as many clusters as the study's first K", rows)


def _of_clustering(file: str) -> Iterator[str]:
    rows = [
        {
            "model": f"``{row['model']}``",
            "stage": "unpruned" if row["is_unpruned"] == "True" else "pruned",
            "N-cut": _rounded(row["ncut"]),
            "shuffled": f"{_rounded(row['mean'])} ± {_rounded(row['stdev'])}",
            "z": _rounded(row["z_score"], 2),
            "p": _rounded(row["pvalue"]),
            "test accuracy": _rounded(row["test_acc"]),
            "dataset": "whole" if row["data_complete"] == "True" else "a part",
        }
        for row in _read(file)
        if row["shuffle_method"] == "layer"
    ]
    if rows:
        yield _table(f"N-cuts beside those of weights shuffled by layer (``{file}``)", rows)


def _of_lesions(file: Path) -> dict[str, str]:
    table = _read(file)
    if not table:
        return {}
    worst = min(table, key=lambda row: float(row["diff"]))
    return {
        "model": f"``{file.stem}``",
        "without lesions": _rounded(worst["intact"]),
        "sub-modules": str(len(table)),
        "important": str(sum(row["taxonomy"] == IMPORTANT for row in table)),
        "largest loss": (
            f"{_rounded(worst['diff'])} (layer {worst['layer']}, cluster {worst['label']})"
        ),
    }


def _read(file: str | Path) -> list[dict[str, str]]:
    with open(file, newline="") as table:
        return list(csv.DictReader(table))


def _rounded(cell: str, digits: int = 4) -> str:
    """A number of a table; an empty cell stays what it is."""
    return f"{float(cell):.{digits}f}" if cell else ""


def _table(title: str, rows: Sequence[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    body = "\n".join(f"   {line}" for line in text.getvalue().splitlines())
    return f".. csv-table:: {title}\n   :header-rows: 1\n\n{body}"
