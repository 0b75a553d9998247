"""The user's own files: they are there, and never where the workflow makes something.

Snakemake removes a rule's output before the rule runs, and compares names, not files. So the check
is of real paths, whatever links and dots lead there.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from nn_modularity.study import paths
from nn_modularity.study.sections import AnyModel, Dataset, Own, OwnModel

MADE_BY_NAME = [
    pattern for name, pattern in vars(paths).items() if name.isupper() and name != "DATASET"
]
"""Patterns of all files that the workflow makes, but the datasets'."""


def misplaced(
    datasets: Mapping[str, Dataset], models: Mapping[str, AnyModel], n_instances: int
) -> Iterator[str]:
    """A line for each own file of the configuration that lies where the workflow makes one.

    Parameters
    ----------
    datasets, models : mapping
        The configuration's.
    n_instances : int
        Instances of a model that its analyses ask for.
    """
    for name, dataset in datasets.items():
        if isinstance(dataset, Own):
            for key, file in _files(dataset):
                yield from _lines(f"datasets.{name}.{key}", file, datasets)
    for tag, model in models.items():
        if isinstance(model, OwnModel):
            files = {f"files.{stage}": file for stage, file in model.files.items()}
            files |= {"expected": model.expected} if model.expected else {}
            for key, file in files.items():
                every = {file.replace("{instance}", str(number)) for number in range(n_instances)}
                for path in sorted(every):
                    yield from _lines(f"models.{tag}.{key}", path, datasets)


def missing(
    datasets: Mapping[str, Dataset],
    models: Mapping[str, AnyModel],
    instances: Mapping[str, Iterable[int]],
) -> Iterator[str]:
    """A line for each own file of the configuration that isn't there.

    Snakemake would take what an earlier run made of it instead, and have nothing to do.

    Parameters
    ----------
    datasets, models : mapping
        The configuration's.
    instances : mapping
        Instances of each own model that some analysis asks for.
    """
    named = [
        (f"datasets.{name}.{key}", file)
        for name, dataset in datasets.items()
        if isinstance(dataset, Own)
        for key, file in _files(dataset)
    ]
    for tag, model in models.items():
        if isinstance(model, OwnModel):
            for stage, file in model.files.items():
                every = dict.fromkeys(
                    file.replace("{instance}", str(number)) for number in instances[tag]
                )
                named += [(f"models.{tag}.files.{stage}", each) for each in every]
    for where, file in named:
        path = Path(file).expanduser()
        if "://" not in file and not path.exists():
            beside = [each.name for each in path.parent.glob("*")]
            close = difflib.get_close_matches(path.name, beside, n=1)
            meant = f'; did you mean "{path.parent / close[0]}"?' if close else ""
            yield f"{where}: found {file!r}, where no file is{meant}"


def _files(dataset: Own) -> list[tuple[str, str]]:
    """Files of an own dataset by their keys."""
    return [(key, file) for key in ("file", "test_file") if (file := getattr(dataset, key))]


def _lines(where: str, file: str, datasets: Iterable[str]) -> Iterator[str]:
    if made := _made_at(Path(file).expanduser().resolve(), datasets):
        yield (
            f"{where}: found {file!r}, which the workflow itself makes ({made}); expected a file "
            "elsewhere: copy it, and name the copy"
        )


def _made_at(real: Path, datasets: Iterable[str]) -> str | None:
    """Name of what the workflow makes at a real path, or below it."""
    for name in datasets:
        dataset = paths.DATASET.format(dataset=name)
        if Path(dataset).resolve().is_relative_to(real):
            return dataset
    results = Path("results").resolve()
    if results.is_relative_to(real):
        return "results/ or around it"
    if real.is_relative_to(results):
        name = (Path("results") / real.relative_to(results)).as_posix()
        if any(_matches(pattern, name) for pattern in MADE_BY_NAME):
            return name
    return None


def _matches(pattern: str, name: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]*", re.escape(pattern)), name) is not None
