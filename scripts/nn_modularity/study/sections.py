"""The sections of the configuration as small typed objects, each with the keys that it knows."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from nn_modularity.study.mistakes import hint, mistake

Item = TypeVar("Item")


def _name(found: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9+_.-]{0,79}", found) or ".." in found:
        raise mistake(
            f"found the name {found[:100]!r}; expected letters, digits and + - _ . alone, at most "
            "80 of them, a letter or digit first and no two dots in a row: names become names of "
            "files"
        )
    return found


def _tag(found: str) -> str:
    if re.search(r"-K\d+$", found):
        raise mistake(
            f"found the name {found!r}; expected one that doesn't end like -K5, which file names "
            "say of the number of clusters"
        )
    return found


def _each_once(found: list[Item]) -> list[Item]:
    doubled = {repr(each) for each in found if found.count(each) > 1}
    if doubled:
        raise mistake(f"found {', '.join(sorted(doubled))} more than once; expected each once")
    return found


def _own_file(found: str) -> str:
    if re.sub(r"\{instance\}", "", found).count("{") or "}" in found.replace("{instance}", ""):
        raise mistake(
            f"found {found!r}; expected a path, in braces nothing but {{instance}}, which counts "
            "independent trainings"
        )
    return found


OwnFile = Annotated[str, AfterValidator(_own_file)]
Name = Annotated[str, AfterValidator(_name)]
"""Of a dataset, a network or a model: what files are called after it."""
ModelTag = Annotated[Name, AfterValidator(_tag)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Count = Annotated[int, Field(ge=1, le=10**9)]
Width = Annotated[int, Field(ge=1, le=10**6)]
"""Of a layer."""
Epochs = Annotated[int, Field(ge=1, le=10**6)]
Instances = Annotated[int, Field(ge=1, le=10**4)]
Shuffles = Annotated[int, Field(ge=1, le=10**6)]
Rate = Annotated[float, Field(ge=0, lt=1)]
NClusters = Annotated[int, Field(ge=2, le=10**4)]
EveryK = Annotated[list[NClusters], AfterValidator(_each_once)]
Models = Annotated[list[str], AfterValidator(_each_once)]
Stage = Literal["unpruned", "pruned"]
STAGES: tuple[Stage, ...] = get_args(Stage)
Shuffle = Literal["layer", "layer_nonzero", "layer_nonzero_distribution", "layer_all_distribution"]
SHUFFLES: tuple[Shuffle, ...] = get_args(Shuffle)
Source = Literal["raw", "system", "keras", "torchvision", "download", "embedded"]
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
                    raise mistake(f'unknown key "{key}"{hint(key, cls.model_fields)}')
        return found


class Published(Section):
    """A published dataset and where it may come from, in that order.

    Its content is the same wherever it comes from, except for the embedded subset.
    """

    kind: Literal["published"]
    name: Literal["mnist", "fashion", "cifar10"]
    sources: Annotated[list[Source], Field(min_length=1), AfterValidator(_each_once)] = [
        "raw",
        "system",
        "keras",
        "torchvision",
        "download",
    ]
    torchvision: str | None = None
    mirrors: list[str] = []
    timeout: Annotated[float, Field(gt=0, le=86_400)] = 30.0

    @model_validator(mode="after")
    def _only_mnist_is_embedded(self) -> "Published":
        if "embedded" in self.sources and self.name != "mnist":
            raise mistake(f'sources: "embedded" exists for mnist alone, not for {self.name}')
        if "embedded" in self.sources[:-1]:
            raise mistake(
                'sources: found "embedded" before others, which are never asked then; expected it '
                "last"
            )
        return self

    @property
    def may_be_subset(self) -> bool:
        """Whether the embedded subset will do."""
        return "embedded" in self.sources


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
    hidden: Annotated[list[Width], Field(min_length=1)] = [256, 256, 256, 256]


class Cnn(Section):
    """Convolutions, a pool, dense layers."""

    kind: Literal["cnn"]
    filters: Annotated[list[Width], Field(min_length=1)] = [32, 32]
    kernel_size: Annotated[int, Field(ge=1, le=SIDE)] = 3
    pool_size: Annotated[int, Field(ge=1, le=SIDE)] = 2
    hidden: Annotated[list[Width], Field(min_length=1)] = [128]


NetworkSettings = Annotated[Mlp | Cnn, Field(discriminator="kind")]


class Sparsity(Section):
    """Polynomial schedule of magnitude pruning."""

    initial: Rate = 0.5
    final: Rate = 0.9
    frequency: Count = 10

    @model_validator(mode="after")
    def _rises(self) -> "Sparsity":
        if self.final < self.initial:
            raise mistake(
                f"final {self.final} is below initial {self.initial}; expected sparsity to rise"
            )
        return self


class Training(Section):
    """How a model is trained and pruned."""

    epochs: Epochs = 20
    pruning_epochs: Epochs = 20
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
    files: Annotated[dict[Stage, OwnFile], Field(min_length=1)]


def _model_kind(found: Any) -> str:
    has_files = "files" in found if isinstance(found, Mapping) else isinstance(found, OwnModel)
    return "own" if has_files else "trained"


AnyModel = Annotated[
    Annotated[Model, Tag("trained")] | Annotated[OwnModel, Tag("own")], Discriminator(_model_kind)
]


class Clustering(Section):
    """N-cuts against those of shuffled networks."""

    models: Models
    instances: Instances = 1
    stages: Annotated[list[Stage], Field(min_length=1), AfterValidator(_each_once)] = [
        "unpruned",
        "pruned",
    ]
    k: NClusters = 4
    shuffles: Annotated[list[Shuffle], Field(min_length=1), AfterValidator(_each_once)] = [
        "layer",
        "layer_nonzero",
    ]
    n_shuffles: Shuffles = 200

    @property
    def every_k(self) -> list[int]:
        """Numbers of clusters that have a table."""
        return [self.k]


class Stability(Clustering):
    """The same for many instances, and for other numbers of clusters."""

    n_clusters: EveryK = []

    @property
    def every_k(self) -> list[int]:
        """K of the main table, then the others."""
        return [self.k, *(k for k in self.n_clusters if k != self.k)]


class RandomInitialisation(Section):
    """N-cuts of untrained networks."""

    network: str = "mlp"
    k: NClusters = 4
    n_networks: Shuffles = 200


class Curve(Section):
    """A learning curve: N-cut, accuracy and loss every so many epochs."""

    model: str
    every: Epochs = 1


class LearningCurve(Section):
    """The study's learning curves."""

    k: NClusters = 4
    curves: Annotated[list[Curve], AfterValidator(_each_once)]


class Lesion(Section):
    """Single lesions of every sub-module."""

    models: Models
    instance: Annotated[int, Field(ge=0, lt=10**4)] = 0
    stage: Stage = "pruned"
    k: NClusters = 4
    n_clusters: EveryK = []
    n_shuffles: Annotated[int, Field(ge=2, le=10**6)] = 100
    ties: Literal["counted", "ignored"] = "counted"
    small: Annotated[int, Field(ge=0)] = 12
    delta: Annotated[float, Field(le=0, ge=-1)] = -0.01

    @property
    def every_k(self) -> list[int]:
        """K of the main spreadsheet, then the others."""
        return [self.k, *(k for k in self.n_clusters if k != self.k)]


class DoubleLesion(Section):
    """Joint and conditional lesions of pairs; the rest as in ``mlp_lesion``."""

    models: Models
    k: NClusters = 10
    n_shuffles: Annotated[int, Field(ge=2, le=10**6)] = 50


class Analyses(Section):
    """What is asked of the trained networks."""

    mlp_clustering: Clustering
    cnn_clustering: Clustering
    mlp_clustering_stability: Stability
    random_initialisation: RandomInitialisation = RandomInitialisation()
    mlp_learning_curve: LearningCurve
    mlp_lesion: Lesion
    mlp_double_lesion: DoubleLesion
