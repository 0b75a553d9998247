"""A network that the command line names, without a configuration of its own."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nn_modularity.errors import StudyError
from nn_modularity.study.sections import NO_DATA
from nn_modularity.vocabulary import STAGES


def widened(found: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration with the model that ``network`` and ``data`` stand for.

    Parameters
    ----------
    found : mapping
        The merged configuration. ``network`` is a file, or a mapping of ``file`` and of what a
        model of one's own has beside; ``data`` likewise, or the name of one of the datasets.

    Returns
    -------
    dict
        With the model, its dataset, and ``network_pages`` of that model alone.

    Raises
    ------
    StudyError
        If there is data without a network, or a mapping that names no file.
    """
    made = {key: value for key, value in found.items() if key not in ("network", "data")}
    if "network" not in found:
        if "data" in found:
            raise StudyError("data: found no network beside it; expected also network=my.onnx")
        return made
    datasets, models = dict(made.get("datasets") or {}), dict(made.get("models") or {})
    network = _named("network", found["network"])
    stage = network.pop("stage", "unpruned")
    if stage not in STAGES:
        raise StudyError(f"network: found the stage {stage!r}, expected {' or '.join(STAGES)}")
    tag = _free(_name(network["file"]), models)
    models[tag] = {
        "dataset": _dataset(found.get("data"), datasets),
        "files": {stage: network.pop("file")},
        **network,
    }
    analyses = dict(made.get("analyses") or {})
    analyses["network_pages"] = {**(analyses.get("network_pages") or {}), "models": [tag]}
    return {
        **made,
        "datasets": datasets,
        "models": models,
        "analyses": analyses,
    }


def _dataset(data: Any, datasets: dict[str, Any]) -> str:
    """Name of the dataset, which is added where it is one of the user's own."""
    if data is None or data == NO_DATA:
        return NO_DATA
    if isinstance(data, str) and data in datasets:
        return data
    own = _named("data", data)
    name = _free(_name(own["file"]), datasets)
    datasets[name] = {"kind": "own", **own}
    return name


def _named(key: str, found: Any) -> dict[str, Any]:
    """What a setting says, as a mapping with a file."""
    if isinstance(found, str):
        return {"file": found}
    if isinstance(found, Mapping) and isinstance(found.get("file"), str):
        return dict(found)
    raise StudyError(f"{key}: found {found!r}, expected a file, or a mapping with the key `file`")


def _name(file: str) -> str:
    """A name that files may be called after."""
    plain = re.sub(r"[^A-Za-z0-9+_-]+", "-", Path(file).stem).strip("-_+")
    return re.sub(r"-K(\d+)$", r"-k\1", plain[:70]) or "network"


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """The name, or one like it that nothing has."""
    lower = {each.lower() for each in taken} | {NO_DATA}
    return f"{name}-own" if name.lower() in lower else name
