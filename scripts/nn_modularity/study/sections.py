"""The sections of the configuration as small typed objects, each with the keys that it knows."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from nn_modularity.study.mistakes import hint, mistake

Count = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(ge=0, lt=1)]
NClusters = Annotated[int, Field(ge=2)]
Stage = Literal["unpruned", "pruned"]
STAGES: tuple[Stage, ...] = get_args(Stage)
Shuffle = Literal["layer", "layer_nonzero", "layer_nonzero_distribution", "layer_all_distribution"]
SHUFFLES: tuple[Shuffle, ...] = get_args(Shuffle)
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
            raise mistake(f'sources: "embedded" exists for mnist alone, not for {self.name}')
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
            raise mistake(
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

    @property
    def every_k(self) -> list[int]:
        """Numbers of clusters that have a table."""
        return [self.k]


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
