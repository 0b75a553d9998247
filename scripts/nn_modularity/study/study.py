"""The study's configuration, whole.

`load` turns the merged configuration (``workflow_config.yaml``, overlays, ``--config``) into a
`Study` or says in one readable line a mistake what is wrong. ``rules/schemas/config.schema.json``
is generated from these classes (``python -m nn_modularity.study.study``).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError, model_validator

from nn_modularity.errors import StudyError
from nn_modularity.images import IMAGE_SHAPE
from nn_modularity.study import front_door
from nn_modularity.study.mistakes import lines, mistake, unknown, unquoted_keys
from nn_modularity.study.own_files import misplaced, missing
from nn_modularity.study.sections import (
    NO_DATA,
    Analyses,
    AnyModel,
    Count,
    Dataset,
    Mixture,
    Model,
    ModelTag,
    Name,
    NetworkSettings,
    Own,
    OwnModel,
    Pairs,
    Section,
    Seed,
    Training,
    View,
)


class Study(Section):
    """The whole study."""

    seed: Seed
    """Every stage derives its own from it: the same seed gives the same numbers."""
    datasets: dict[Name, Dataset]
    """What networks learn, by name."""
    networks: dict[Name, NetworkSettings]
    """Networks before they have learned, by name."""
    training: Training = Training()
    """What every model starts from; a model's own keys go first."""
    models: dict[ModelTag, AnyModel]
    """Networks and what they learn, by tag; or networks of your own."""
    n_starts: Count = 10
    """Starts of k-means in every clustering."""
    n_starts_few: Count = 100
    """The same of networks of fewer than 1,000 neurons, whose N-cut ten would leave to the seed."""
    analyses: Analyses
    """What is asked of the trained networks."""

    @model_validator(mode="after")
    def _names_differ(self) -> "Study":
        for section in ("datasets", "networks", "models"):
            by_lower: dict[str, str] = {}
            for name in getattr(self, section):
                if name.lower() in by_lower:
                    raise mistake(
                        f"{section}: found {by_lower[name.lower()]} and {name}; expected "
                        "names that differ by more than case, as some file systems ask"
                    )
                by_lower[name.lower()] = name
        return self

    @model_validator(mode="after")
    def _names_exist(self) -> "Study":
        if mistakes := list(_dangling_names(self)):
            raise mistake("\n".join(mistakes))
        return self

    def check_own_files(self, source: str) -> None:
        """See that the user's own files are there.

        Raises
        ------
        StudyError
            With one line a file that isn't.
        """
        instances = {tag: self._instances_of(tag) for tag in self.own_models}
        if found := list(missing(self.datasets, self.models, instances)):
            raise StudyError("\n".join(f"{source}: {line}" for line in found))

    def _instances_of(self, model: str) -> list[int]:
        """Instances of a model that some analysis asks for; the first, if none does."""
        found: set[int] = set()
        for name in type(self.analyses).model_fields:
            analysis = getattr(self.analyses, name)
            if model in map(self.networks_of, getattr(analysis, "models", [])):
                one = getattr(analysis, "instance", 0)
                found |= set(range(getattr(analysis, "instances", 0))) or {one}
        return sorted(found) or [0]

    def datasets_of(self, kind: str) -> list[str]:
        """Names of the datasets of one kind."""
        return [name for name, dataset in self.datasets.items() if dataset.kind == kind]

    def training_of(self, model: str) -> dict[str, Any]:
        """A model's settings: its own, then the study's ``training``."""
        own = self.models[model].model_dump(exclude_unset=True, exclude={"dataset", "network"})
        common = self.training.model_dump()
        nested = {
            name: {**value, **own.pop(name, {})}
            for name, value in common.items()
            if isinstance(value, dict)
        }
        return {**common, **own, **nested}

    @property
    def starts(self) -> list[int]:
        """Starts of k-means: of networks of many neurons, and of few."""
        return [self.n_starts, self.n_starts_few]

    @property
    def n_instances(self) -> int:
        """Instances of a model that the most demanding analysis asks for."""
        analyses = [getattr(self.analyses, name) for name in type(self.analyses).model_fields]
        return max(
            getattr(each, "instances", getattr(each, "instance", 0) + 1) for each in analyses
        )

    @property
    def trained_models(self) -> list[str]:
        """Tags of the models that the study trains."""
        return [tag for tag, model in self.models.items() if isinstance(model, Model)]

    @property
    def views(self) -> list[str]:
        """Tags of the models that are another's networks, seen as another graph."""
        return [tag for tag, model in self.models.items() if isinstance(model, View)]

    def networks_of(self, model: str) -> str:
        """Tag of the model whose networks a model's are: its own, unless it is a view."""
        found = self.models.get(model)
        return found.network_of if isinstance(found, View) else model

    @property
    def own_models(self) -> list[str]:
        """Tags of the user's own networks."""
        return [tag for tag, model in self.models.items() if isinstance(model, OwnModel)]


def load(found: Mapping[str, Any], source: str = "workflow_config.yaml") -> Study:
    """Check a configuration and give it types.

    Parameters
    ----------
    found : mapping
        The merged configuration.
    source : str
        The file or files it came from, for the error message.

    Raises
    ------
    StudyError
        With one line a mistake: the key, what was found, what was expected, and what the user may
        have meant.
    """
    if keys := list(unquoted_keys(found)):
        raise StudyError("\n".join(f"{source}: {line}" for line in keys))
    try:
        return Study.model_validate(_with_datasets_of_views(front_door.widened(found)))
    except ValidationError as error:
        raise StudyError("\n".join(lines(error, source))) from None


def _with_datasets_of_views(found: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration, with the dataset of each view's model where a view may have one."""
    models = found.get("models")
    if not isinstance(models, Mapping):
        return dict(found)
    made = dict(models)
    for tag, model in models.items():
        if isinstance(model, Mapping) and "network_of" in model and "dataset" not in model:
            base = models.get(model["network_of"]) if isinstance(model["network_of"], str) else None
            if isinstance(base, Mapping) and "dataset" in base:
                made[tag] = {**model, "dataset": base["dataset"]}
    return {**found, "models": made}


def schema() -> str:
    """JSON schema of the configuration, as it lies in ``rules/schemas``."""
    return json.dumps(Study.model_json_schema(), indent=2) + "\n"


def _dangling_names(study: Study) -> Iterable[str]:
    yield from misplaced(study.datasets, study.models, study.n_instances)
    for name, dataset in study.datasets.items():
        if isinstance(dataset, Pairs) and dataset.of not in study.datasets:
            yield unknown(f"datasets.{name}.of", "dataset", dataset.of, study.datasets)
        elif isinstance(dataset, Pairs) and isinstance(study.datasets[dataset.of], Pairs):
            yield f'datasets.{name}.of: "{dataset.of}" is of pairs itself; expected a plain one'
        if isinstance(dataset, Mixture):
            for part in dataset.of:
                if part not in study.datasets or part == name:
                    yield unknown(f"datasets.{name}.of", "dataset", part, study.datasets)
                elif isinstance(study.datasets[part], Mixture | Pairs):
                    yield f'datasets.{name}.of: "{part}" is a mixture itself; expected a plain one'
            shapes = {
                part: _shape(study.datasets[part]) for part in dataset.of if part in study.datasets
            }
            if len(set(shapes.values()) - {None}) > 1:
                yield f"datasets.{name}.of: found images of {shapes}; expected equal shapes"
    if NO_DATA in study.datasets:
        yield f"datasets.{NO_DATA}: expected another name; this one says that there is no dataset"
    for name, model in study.models.items():
        if isinstance(model, View):
            others = [tag for tag in study.models if tag not in study.views]
            if model.network_of not in others:
                yield unknown(f"models.{name}.network_of", "model", model.network_of, others)
                return
            if model.dataset != study.models[model.network_of].dataset:
                yield f"models.{name}.dataset: expected none; it is that of {model.network_of}"
        if model.dataset == NO_DATA and not isinstance(model, Model):
            continue
        if model.dataset not in study.datasets:
            yield unknown(f"models.{name}", "dataset", model.dataset, study.datasets)
        if isinstance(model, Model) and model.network not in study.networks:
            yield unknown(f"models.{name}", "network", model.network, study.networks)
    analyses = study.analyses
    for name in type(analyses).model_fields:
        analysis = getattr(analyses, name)
        models = list(getattr(analysis, "models", []))
        models += [curve.model for curve in getattr(analysis, "curves", [])]
        for model in models:
            if model not in study.models:
                yield unknown(f"analyses.{name}", "model", model, study.models)
            elif name in ("network_pages", "factors"):
                continue
            elif "lesion" in name and study.models[model].dataset == NO_DATA:
                yield f"analyses.{name}: {model} has no dataset; expected one, to test lesions on"
            elif (kind := _kind(study, model)) and not name.startswith(f"{kind}_"):
                wanted = "cnn" if name.startswith("cnn_") else "mlp"
                yield f"analyses.{name}: {model} is of kind {kind}; expected {wanted} models"
    start = analyses.random_initialisation.network
    if start not in study.networks:
        yield unknown("analyses.random_initialisation", "network", start, study.networks)
    elif study.networks[start].kind != "mlp":
        yield (
            f"analyses.random_initialisation.network: {start} is of kind "
            f"{study.networks[start].kind}; expected a network of kind mlp"
        )


def _kind(study: Study, model: str) -> str | None:
    """Kind of the networks of a model that the study trains."""
    network = getattr(study.models[study.networks_of(model)], "network", None)
    return study.networks[network].kind if network in study.networks else None


def _shape(dataset: Dataset) -> tuple[int, ...] | None:
    """Shape of an image, where it is known before the dataset is read."""
    if isinstance(dataset, Own):
        return tuple(dataset.shape) if dataset.shape else None
    if isinstance(dataset, Pairs) and dataset.layout == "stacked":
        return (*IMAGE_SHAPE, 2)
    return IMAGE_SHAPE


if __name__ == "__main__":
    print(schema(), end="")
