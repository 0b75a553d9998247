"""The study's configuration as small typed objects.

`load` turns the merged configuration (``workflow_config.yaml``, overlays, ``--config``) into a
`Study` or says in one readable line a mistake what is wrong. ``rules/schemas/config.schema.json``
is generated from these classes (``python -m nn_modularity.study.study``).
"""

import difflib
import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from nn_modularity.errors import StudyError

Count = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(ge=0, lt=1)]
NClusters = Annotated[int, Field(ge=2)]
Stage = Literal["unpruned", "pruned"]
Shuffle = Literal["layer", "layer_nonzero", "layer_nonzero_distribution", "layer_all_distribution"]
SIDE = 28  # pixels; every dataset is SIDE × SIDE, one channel
N_CLASSES = 10


class Section(BaseModel):
    """A mapping of the configuration that knows its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _keys_are_known(cls, found: Any) -> Any:
        if isinstance(found, Mapping):
            for key in found:
                if key not in cls.model_fields:
                    raise _mistake(f'unknown key "{key}"{_hint(key, cls.model_fields)}')
        return found


class Published(Section):
    """A published dataset and where it may come from, in that order."""

    kind: Literal["published"]
    name: Literal["mnist", "fashion", "cifar10"]
    sources: Annotated[
        list[Literal["raw", "system", "download", "embedded"]], Field(min_length=1)
    ] = ["raw", "system", "download"]
    mirrors: list[str] = []
    timeout: Annotated[float, Field(gt=0)] = 30.0

    @model_validator(mode="after")
    def _only_mnist_is_embedded(self) -> "Published":
        if "embedded" in self.sources and self.name != "mnist":
            raise _mistake(f'sources: "embedded" exists for mnist alone, not for {self.name}')
        return self


class Generated(Section):
    """A generated dataset."""

    kind: Literal["generated"]
    generator: Literal["line", "circle", "random"]
    n_train: Count = 60_000
    n_test: Count = 10_000


class Mixture(Section):
    """Two datasets, shuffled together."""

    kind: Literal["mixture"]
    of: Annotated[list[str], Field(min_length=2, max_length=2)]
    separated: bool = False


class Own(Section):
    """A dataset of the user's, in the format of ``data/{dataset}.h5``."""

    kind: Literal["own"]
    file: str
    shape: Annotated[list[Count], Field(min_length=1)] = [SIDE, SIDE]


Dataset = Annotated[Published | Generated | Mixture | Own, Field(discriminator="kind")]


class Mlp(Section):
    """Multi-layer perceptron: hidden layers' widths."""

    kind: Literal["mlp"]
    hidden: Annotated[list[Count], Field(min_length=1)] = [256, 256, 256, 256]


class Cnn(Section):
    """Convolutions, a pool, dense layers."""

    kind: Literal["cnn"]
    filters: Annotated[list[Count], Field(min_length=1)] = [32, 32]
    kernel_size: Count = 3
    pool_size: Count = 2
    hidden: Annotated[list[Count], Field(min_length=1)] = [128]


NetworkSettings = Annotated[Mlp | Cnn, Field(discriminator="kind")]


class Sparsity(Section):
    """Polynomial schedule of magnitude pruning."""

    initial: Rate = 0.5
    final: Rate = 0.9
    frequency: Count = 10

    @model_validator(mode="after")
    def _rises(self) -> "Sparsity":
        if self.final < self.initial:
            raise _mistake(
                f"final {self.final} is below initial {self.initial}; expected sparsity to rise"
            )
        return self


class Training(Section):
    """How a model is trained and pruned."""

    epochs: Count = 20
    pruning_epochs: Count = 20
    batch_size: Count = 128
    shuffle: bool = True
    n_train: Count | None = None
    dropout: Rate = 0.0
    convolution_dropout: Rate = 0.0
    sparsity: Sparsity = Sparsity()
    tensorboard: bool = False


class Model(Training):
    """A model of the study: a network trained on a dataset. Its own settings go first."""

    dataset: str
    network: str = "mlp"


class OwnModel(Section):
    """A network that the user trained elsewhere, as network files by stage.

    ``{instance}`` in a path counts independent trainings.
    """

    dataset: str
    files: Annotated[dict[Stage, str], Field(min_length=1)]


def _model_kind(found: Any) -> str:
    has_files = "files" in found if isinstance(found, Mapping) else isinstance(found, OwnModel)
    return "own" if has_files else "trained"


AnyModel = Annotated[
    Annotated[Model, Tag("trained")] | Annotated[OwnModel, Tag("own")], Discriminator(_model_kind)
]


class Clustering(Section):
    """N-cuts against those of shuffled networks."""

    models: list[str]
    instances: Count = 1
    stages: Annotated[list[Stage], Field(min_length=1)] = ["unpruned", "pruned"]
    k: NClusters = 4
    shuffles: Annotated[list[Shuffle], Field(min_length=1)] = ["layer", "layer_nonzero"]
    n_shuffles: Count = 200


class Stability(Clustering):
    """The same for many instances, and for other numbers of clusters."""

    n_clusters: list[NClusters] = []

    @property
    def every_k(self) -> list[int]:
        """K of the main table, then the others."""
        return [self.k, *(k for k in self.n_clusters if k != self.k)]


class RandomInitialisation(Section):
    """N-cuts of untrained networks."""

    network: str = "mlp"
    k: NClusters = 4
    n_networks: Count = 200


class Curve(Section):
    """A learning curve: N-cut, accuracy and loss every so many epochs."""

    model: str
    every: Count = 1


class LearningCurve(Section):
    """The study's learning curves."""

    k: NClusters = 4
    curves: list[Curve]


class Lesion(Section):
    """Single lesions of every sub-module."""

    models: list[str]
    instance: Annotated[int, Field(ge=0)] = 0
    stage: Stage = "pruned"
    k: NClusters = 4
    n_clusters: list[NClusters] = []
    n_shuffles: Annotated[int, Field(ge=2)] = 100
    ties: Literal["counted", "ignored"] = "counted"
    small: Annotated[int, Field(ge=0)] = 12
    delta: Annotated[float, Field(le=0, ge=-1)] = -0.01

    @property
    def every_k(self) -> list[int]:
        """K of the main spreadsheet, then the others."""
        return [self.k, *(k for k in self.n_clusters if k != self.k)]


class DoubleLesion(Section):
    """Joint and conditional lesions of pairs; the rest as in ``mlp_lesion``."""

    models: list[str]
    k: NClusters = 10
    n_shuffles: Annotated[int, Field(ge=2)] = 50


class Analyses(Section):
    """What is asked of the trained networks."""

    mlp_clustering: Clustering
    cnn_clustering: Clustering
    mlp_clustering_stability: Stability
    random_initialisation: RandomInitialisation = RandomInitialisation()
    mlp_learning_curve: LearningCurve
    mlp_lesion: Lesion
    mlp_double_lesion: DoubleLesion


class Study(Section):
    """The whole study."""

    seed: Annotated[int, Field(ge=0)]
    datasets: dict[str, Dataset]
    networks: dict[str, NetworkSettings]
    training: Training = Training()
    models: dict[str, AnyModel]
    n_starts: Count = 10
    analyses: Analyses

    @model_validator(mode="after")
    def _names_exist(self) -> "Study":
        if mistakes := list(_dangling_names(self)):
            raise _mistake("\n".join(mistakes))
        return self

    def datasets_of(self, kind: str) -> list[str]:
        """Names of the datasets of one kind."""
        return [name for name, dataset in self.datasets.items() if dataset.kind == kind]

    def training_of(self, model: str) -> dict[str, Any]:
        """A model's settings: its own, then the study's ``training``."""
        own = self.models[model].model_dump(exclude_unset=True, exclude={"dataset", "network"})
        common = self.training.model_dump()
        sparsity = {**common["sparsity"], **own.pop("sparsity", {})}
        return {**common, **own, "sparsity": sparsity}

    @property
    def trained_models(self) -> list[str]:
        """Tags of the models that the study trains."""
        return [tag for tag, model in self.models.items() if isinstance(model, Model)]

    @property
    def own_models(self) -> list[str]:
        """Tags of the user's own networks."""
        return [tag for tag, model in self.models.items() if isinstance(model, OwnModel)]

    @property
    def checkpointed_models(self) -> list[str]:
        """Tags of the models whose kernels some analysis wants epoch by epoch."""
        asked = {curve.model for curve in self.analyses.mlp_learning_curve.curves}
        return [tag for tag in self.trained_models if tag in asked]

    def training_settings(self, tag: str, instance: int) -> dict[str, Any]:
        """All that the training of one network depends on, and nothing else."""
        model = self.models[tag]
        training = self.training_of(tag)
        for pruning_key in ("sparsity", "pruning_epochs"):
            del training[pruning_key]
        return {
            "seed": self.seed,
            "model": tag,
            "instance": instance,
            "dataset": model.dataset,
            "network": self.networks[model.network].model_dump(),
            **training,
            "checkpoint_epochs": self.checkpoint_epochs(tag, "unpruned"),
        }

    def pruning_settings(self, tag: str, instance: int) -> dict[str, Any]:
        """All that the pruning of one trained network depends on, and nothing else."""
        training = self.training_of(tag)
        return {
            **self.training_settings(tag, instance),
            "epochs": training["pruning_epochs"],
            "sparsity": training["sparsity"],
            "checkpoint_epochs": self.checkpoint_epochs(tag, "pruned"),
        }

    def checkpoint_epochs(self, model: str, stage: Stage) -> list[int]:
        """Epochs whose kernels the learning curves of a model ask for."""
        training = self.training_of(model)
        last = training["epochs" if stage == "unpruned" else "pruning_epochs"]
        every = {
            curve.every for curve in self.analyses.mlp_learning_curve.curves if curve.model == model
        }
        return [epoch for epoch in range(1, last + 1) if any(epoch % n == 0 for n in every)]

    def n_shuffles(self, model: str, instance: int, stage: str, k: int, shuffle: str) -> int:
        """Shuffles of one network that the most demanding analysis asks for.

        Every shuffle has its own seed, so an analysis that asks for fewer takes the first ones.
        """
        analyses = self.analyses
        asked = [
            analysis.n_shuffles
            for analysis in (
                analyses.mlp_clustering,
                analyses.cnn_clustering,
                analyses.mlp_clustering_stability,
            )
            if model in analysis.models
            and instance < analysis.instances
            and stage in analysis.stages
            and shuffle in analysis.shuffles
            and k in getattr(analysis, "every_k", [analysis.k])
        ]
        return max(asked, default=analyses.mlp_clustering.n_shuffles)


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
    try:
        return Study.model_validate(dict(found))
    except ValidationError as error:
        raise StudyError("\n".join(_lines(error, source))) from None


def schema() -> str:
    """JSON schema of the configuration, as it lies in ``rules/schemas``."""
    return json.dumps(Study.model_json_schema(), indent=2) + "\n"


def _dangling_names(study: Study) -> Iterable[str]:
    for name, dataset in study.datasets.items():
        if isinstance(dataset, Own) and os.path.normpath(dataset.file) == f"data/{name}.h5":
            yield (
                f"datasets.{name}.file: found {dataset.file!r}, which the workflow itself makes; "
                "expected a file with another name"
            )
        if isinstance(dataset, Mixture):
            for part in dataset.of:
                if part not in study.datasets or part == name:
                    yield _unknown(f"datasets.{name}.of", "dataset", part, study.datasets)
                elif isinstance(study.datasets[part], Mixture):
                    yield f'datasets.{name}.of: "{part}" is a mixture itself; expected a plain one'
            shapes = {
                part: _shape(study.datasets[part]) for part in dataset.of if part in study.datasets
            }
            if len(set(shapes.values())) > 1:
                yield f"datasets.{name}.of: found images of {shapes}; expected equal shapes"
    for name, model in study.models.items():
        if model.dataset not in study.datasets:
            yield _unknown(f"models.{name}", "dataset", model.dataset, study.datasets)
        if isinstance(model, Model) and model.network not in study.networks:
            yield _unknown(f"models.{name}", "network", model.network, study.networks)
    analyses = study.analyses
    for name in type(analyses).model_fields:
        analysis = getattr(analyses, name)
        models = list(getattr(analysis, "models", []))
        models += [curve.model for curve in getattr(analysis, "curves", [])]
        for model in models:
            if model not in study.models:
                yield _unknown(f"analyses.{name}", "model", model, study.models)
            elif getattr(study.models[model], "network", None) in study.networks:
                kind = study.networks[study.models[model].network].kind
                wanted = "cnn" if name.startswith("cnn_") else "mlp"
                if kind != wanted:
                    yield f"analyses.{name}: {model} is of kind {kind}; expected {wanted} models"
    start = analyses.random_initialisation.network
    if start not in study.networks:
        yield _unknown("analyses.random_initialisation", "network", start, study.networks)


def _shape(dataset: Dataset) -> tuple[int, ...]:
    return tuple(dataset.shape) if isinstance(dataset, Own) else (SIDE, SIDE)


def _unknown(where: str, what: str, found: str, known: Iterable[str]) -> str:
    return f'{where}: unknown {what} "{found}"{_hint(found, known)}'


def _hint(found: str, known: Iterable[str]) -> str:
    known = list(known)
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(str(found).lower(), by_lower, n=1)
    if close:
        return f'; did you mean "{by_lower[close[0]]}"?'
    return f"; expected one of {', '.join(known)}"


def _mistake(message: str) -> PydanticCustomError:
    return PydanticCustomError("mistake", "{message}", {"message": message})


def _lines(error: ValidationError, source: str) -> Iterable[str]:
    for each in error.errors(include_url=False):
        path = [str(step) for step in each["loc"]]
        if path[:1] and path[0] in _TAGGED and len(path) > 2:
            del path[2]  # pydantic's name of the chosen class; the file doesn't have it
        where = f"{'.'.join(path)}: " if path else ""
        if each["type"] == "mistake":
            for line in each["msg"].splitlines():
                yield f"{source}: {where}{line}"
        elif each["type"] == "missing":
            yield f"{source}: {where}is missing, but required"
        elif each["type"] == "literal_error":
            known = re.findall("'([^']+)'", each["ctx"]["expected"])
            yield f"{source}: {where}found {each['input']!r}{_hint(each['input'], known)}"
        else:
            message = each["msg"][0].lower() + each["msg"][1:]
            yield f"{source}: {where}found {each['input']!r}; {message}"


_TAGGED = ("datasets", "networks", "models")


if __name__ == "__main__":
    print(schema(), end="")
