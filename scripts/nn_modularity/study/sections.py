"""The sections of the configuration as small typed objects, each with the keys that it knows."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from nn_modularity.images import IMAGE_SIDE
from nn_modularity.study.mistakes import hint, mistake
from nn_modularity.vocabulary import Shuffle, Stage

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


def _network_file(found: str) -> str:
    ending = Path(found).suffix.lower()
    if ending not in NETWORK_ENDINGS:
        raise mistake(
            f"found {found!r}; expected a file that ends in {', '.join(NETWORK_ENDINGS)}"
            + ("; save PyTorch's state_dict() as .safetensors" if ending in (".pt", ".pth") else "")
        )
    return found


NETWORK_ENDINGS = (".h5", ".hdf5", ".keras", ".npz", ".onnx", ".safetensors")
OwnFile = Annotated[str, AfterValidator(_own_file)]
NetworkFile = Annotated[OwnFile, AfterValidator(_network_file)]
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
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0, lt=1)]
NClusters = Annotated[int, Field(ge=2, le=10**4)]
EveryK = Annotated[list[NClusters], AfterValidator(_each_once)]
Models = Annotated[list[str], AfterValidator(_each_once)]
Source = Literal["raw", "system", "keras", "torchvision", "download", "embedded"]
NO_DATA = "none"
"""The dataset of networks that come without."""


class Section(BaseModel):
    """A mapping of the configuration that knows its keys."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )

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
    """One of the published datasets."""
    name: Literal["mnist", "fashion", "cifar10"]
    """Which of them."""
    sources: Annotated[list[Source], Field(min_length=1), AfterValidator(_each_once)] = [
        "raw",
        "system",
        "keras",
        "torchvision",
        "download",
    ]
    """Where it may come from, asked in this order: files in data/raw/{dataset}, the system's
    folder, what Keras and torchvision have downloaded before, the publisher; embedded: 5,000
    digits of MNIST that come with a package.
    """
    torchvision: str | None = None
    """The `root` that torchvision's datasets were downloaded to."""
    mirrors: list[str] = []
    """Addresses to download from before the publisher's own, which hold files of the
    publisher's names.
    """
    timeout: Annotated[float, Field(gt=0, le=86_400)] = 30.0
    """Seconds until a server that says nothing is given up."""

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
    """A dataset that is made, not collected."""
    generator: Literal["line", "circle", "random"]
    """What its images show; those of `random` are noise, their classes drawn at random."""
    n_train: Count = 60_000
    """Training images."""
    n_test: Count = 10_000
    """Test images."""


class Mixture(Section):
    """Two datasets, shuffled together."""

    kind: Literal["mixture"]
    """Two datasets, shuffled together."""
    of: Annotated[list[str], Field(min_length=2, max_length=2)]
    """Their names."""
    separated: bool = False
    """Classes 0-4 of the first and 5-9 of the second, in place of all ten classes of both."""


class Pairs(Section):
    """Two images of one dataset at once."""

    kind: Literal["pairs"]
    """Two images of one dataset at once."""
    of: str
    """Its name."""
    layout: Literal["halves", "stacked"]
    """Side by side, each at half its width, or as two channels."""
    same: bool = False
    """Both of the same class, which is then theirs together; otherwise independent, and the class
    of a pair is the sum of theirs, modulo the number of classes.
    """


class Own(Section):
    """A dataset of the user's: arrays, a table or a folder of images.

    What is left out is as the file has it. Test samples are those of ``test_file``, those that the
    column `split` names, or a share of every class that is drawn.
    """

    kind: Literal["own"]
    """A dataset of your own."""
    file: str
    """An .npz, HDF5, CSV, TSV or Parquet file, or a folder of images; anywhere but in data/."""
    test_file: str | None = None
    """One more of the same kind, that holds the test samples."""
    shape: Annotated[list[Count], Field(min_length=1, max_length=8)] | None = None
    """Of a sample: rows are given it, images brought to it; as the file has it if left out."""
    task: Literal["classification", "multi-label", "regression"] = "classification"
    """What a network is to answer."""
    target: str | Annotated[list[str], Field(min_length=1)] | None = None
    """Column, or columns, of a table that hold the answers."""
    split: str | None = None
    """Column of a table that says train or test."""
    test_share: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Share of every class that is drawn for testing, where nothing else says it."""
    classes: Annotated[list[str], Field(min_length=1), AfterValidator(_each_once)] | None = None
    """Names of the classes, labels or values, in the order of their numbers."""
    scale: float | None = None
    """Networks see (x · scale − mean) / std; 1/255 for bytes, 1 for others if left out."""
    mean: float | list[float] | None = None
    """A number, or one a channel or feature."""
    std: float | list[float] | None = None
    """A number, or one a channel or feature."""

    @model_validator(mode="after")
    def _tests_come_from_one_place(self) -> "Own":
        if self.test_file and self.split:
            raise mistake("found test_file and split; expected one of them to say what is to test")
        return self


Dataset = Annotated[Published | Generated | Mixture | Pairs | Own, Field(discriminator="kind")]


class Mlp(Section):
    """Multi-layer perceptron: hidden layers' widths."""

    kind: Literal["mlp"]
    """A multi-layer perceptron."""
    hidden: Annotated[list[Width], Field(min_length=1)] = [256, 256, 256, 256]
    """Neurons of each hidden layer."""


class Cnn(Section):
    """Convolutions, a pool, dense layers."""

    kind: Literal["cnn"]
    """A convolutional network."""
    filters: Annotated[list[Width], Field(min_length=1)] = [32, 32]
    """Channels of each convolution."""
    kernel_size: Annotated[int, Field(ge=1, le=IMAGE_SIDE)] = 3
    """Side of a convolution's window, in pixels."""
    pool_size: Annotated[int, Field(ge=1, le=IMAGE_SIDE)] = 2
    """Side, in pixels, of the squares of which a pool keeps the largest value."""
    hidden: Annotated[list[Width], Field(min_length=1)] = [128]
    """Neurons of each dense layer that follows."""


NetworkSettings = Annotated[Mlp | Cnn, Field(discriminator="kind")]


class Sparsity(Section):
    """Polynomial schedule of magnitude pruning."""

    initial: Rate = 0.5
    """Share of the weights that is zero after the first step of pruning."""
    final: Rate = 0.9
    """Share of the weights that is zero at the end."""
    frequency: Count = 10
    """Steps of training between two steps of pruning."""

    @model_validator(mode="after")
    def _rises(self) -> "Sparsity":
        if self.final < self.initial:
            raise mistake(
                f"final {self.final} is below initial {self.initial}; expected sparsity to rise"
            )
        return self


Factor = Annotated[float, Field(ge=0, le=1e6)]


class Regularisation(Section):
    """What is added to the loss while a model is trained and pruned."""

    l1: Factor = 0.0
    """Times the sum of |w| over every kernel."""
    l2: Factor = 0.0
    """Times the sum of w² over every kernel."""
    clusterability: Factor = 0.0
    """Times the mean of eigenvalues 2 to `clusters` + 1 of the normalised Laplacian of the graph of
    neurons, in convolutions of channels: the smaller, the more clusterable.
    """
    clusters: Annotated[int, Field(ge=1, le=1000)] = 3
    """Eigenvalues in that mean."""
    every: Count = 20
    """Steps from one look at the eigenvalues to the next, which counts as many times then."""


class Initialisation(Section):
    """A start that is clusterable already."""

    modules: Annotated[int, Field(ge=1, le=10**4)] = 1
    """Modules that units are dealt to at random; 1 for none."""
    across: Share = 0.6
    """What weights between modules are multiplied by; those within grow, so that the mean size of
    all stays.
    """


class Training(Section):
    """How a model is trained and pruned."""

    epochs: Epochs = 20
    """Passes over the training images."""
    pruning_epochs: Epochs = 20
    """Passes while weights are set to zero."""
    batch_size: Count = 128
    """Images a step."""
    shuffle: bool = True
    """A new order of the training images each epoch."""
    n_train: Count | None = None
    """Training images; all of them unless given."""
    dropout: Rate = 0.0
    """Share of the outputs left out at random after each hidden dense layer."""
    convolution_dropout: Rate = 0.0
    """The same after the convolutions."""
    sparsity: Sparsity = Sparsity()
    """How weights are set to zero."""
    regularisation: Regularisation = Regularisation()
    """What is added to the loss."""
    initialisation: Initialisation = Initialisation()
    """What is done to Keras's initial weights: of an MLP to all kernels but the first, of a CNN to
    those of its convolutions but the first.
    """
    tensorboard: bool = False
    """Write logs for TensorBoard into results/tensorboard."""


class Model(Training):
    """A model of the study: a network trained on a dataset. Its own settings go first."""

    dataset: str
    """What it learns."""
    network: str = "mlp"
    """What it is before it has learned."""


class Seen(Section):
    """How the graph of a network is made."""

    units: Literal["neurons", "channels"] = "neurons"
    """What the nodes of its graph are."""
    scale: Literal["raw", "unit_norm", "equal_volume"] = "raw"
    """How its weights are scaled in the graph."""
    norm: Literal["l1", "frobenius", "induced_l1", "spectral"] = "l1"
    """How large the weights between two channels are together."""


class OwnModel(Seen):
    """A network that the user trained elsewhere, as files by stage.

    ``{instance}`` in a path counts independent trainings.
    """

    dataset: str
    """What it is tested on; none for weights alone, which are clustered and no more."""
    files: Annotated[dict[Stage, NetworkFile], Field(min_length=1)]
    """Where it is: a file a stage."""
    input_shape: Annotated[list[Count], Field(min_length=1)] | None = None
    """Shape of one image, where the file leaves it open."""
    layers: Annotated[list[str | dict[str, Any]], Field(min_length=1)] | None = None
    """What is done with weights that come alone, from input to output."""
    start: str | None = None
    """Tensor of an ONNX model to take as the input."""
    stop: str | None = None
    """Tensor of an ONNX model to take as the output."""
    external_data: bool = False
    """Whether an ONNX model's weights may come from files beside it."""
    input_scale: Annotated[float, Field(gt=0)] | None = None
    """It was trained on scale · x + offset of the data's values x; 1/255 unless given."""
    input_offset: float = 0.0
    """What is added to the data's values once they are scaled."""
    expected: OwnFile | None = None
    """Inputs and outputs (.npz) that it is compared with."""
    expected_accuracy: Share | None = None
    """Share of the dataset's test images that it gets right; another one is an error."""


class View(Seen):
    """The networks of another model, seen as another graph."""

    network_of: str
    """Tag of that model."""
    dataset: str = NO_DATA
    """That model's; nothing to be said here."""


def _model_kind(found: Any) -> str:
    if isinstance(found, Mapping):
        return "own" if "files" in found else "view" if "network_of" in found else "trained"
    return (
        "own" if isinstance(found, OwnModel) else "view" if isinstance(found, View) else "trained"
    )


AnyModel = Annotated[
    Annotated[Model, Tag("trained")]
    | Annotated[OwnModel, Tag("own")]
    | Annotated[View, Tag("view")],
    Discriminator(_model_kind),
]


class Clustering(Section):
    """N-cuts against those of shuffled networks."""

    models: Models
    """Tags of the models."""
    instances: Instances = 1
    """Independent trainings of each, counted from 0."""
    stages: Annotated[list[Stage], Field(min_length=1), AfterValidator(_each_once)] = [
        "unpruned",
        "pruned",
    ]
    """Networks as trained, as pruned, or both."""
    k: NClusters = 4
    """Number of clusters."""
    shuffles: Annotated[list[Shuffle], Field(min_length=1), AfterValidator(_each_once)] = [
        "layer",
        "layer_nonzero",
    ]
    """Null models: how the weights of a layer are laid out at random."""
    n_shuffles: Shuffles = 200
    """Shuffled networks of each null model."""

    @property
    def every_k(self) -> list[int]:
        """Numbers of clusters that have a table."""
        return [self.k]


class Stability(Clustering):
    """The same for many instances, and for other numbers of clusters."""

    n_clusters: EveryK = []
    """Other numbers of clusters, each with tables of its own."""

    @property
    def every_k(self) -> list[int]:
        """K of the main table, then the others."""
        return [self.k, *(k for k in self.n_clusters if k != self.k)]


class Factors(Clustering):
    """What makes networks clusterable: models that differ in one thing each."""

    models: Models = []
    """Tags of the models."""
    instances: Instances = 5
    """Independent trainings of each, counted from 0."""
    k: NClusters = 12
    """Number of clusters."""
    n_shuffles: Shuffles = 50
    """Shuffled networks of each null model."""


class NetworkPages(Stability):
    """One network after the other: several numbers of clusters, whatever kind of network it is.

    Networks that have a dataset are lesioned, too, at the first of these numbers.
    """

    models: Models = []
    """Tags of the models."""
    n_clusters: EveryK = [2, 7, 10]
    """Other numbers of clusters."""
    n_shuffles: Shuffles = 100
    """Shuffled networks of each null model."""
    n_lesion_shuffles: Annotated[int, Field(ge=0, le=10**6)] = 50
    """Random lesions that each sub-module's is compared with; 0 for none, and no lesions."""


class RandomInitialisation(Section):
    """N-cuts of untrained networks."""

    network: str = "mlp"
    """The network, before it has learned."""
    k: NClusters = 4
    """Number of clusters."""
    n_networks: Shuffles = 200
    """Networks, each with weights of its own."""


class Curve(Section):
    """A learning curve: N-cut, accuracy and loss every so many epochs."""

    model: str
    """Tag of the model."""
    every: Epochs = 1
    """Epochs from one point to the next."""


class LearningCurve(Section):
    """The study's learning curves."""

    k: NClusters = 4
    """Number of clusters."""
    curves: Annotated[list[Curve], AfterValidator(_each_once)]
    """A figure each."""


class Lesion(Section):
    """Single lesions of every sub-module."""

    models: Models = []
    """Tags of the models."""
    instance: Annotated[int, Field(ge=0, lt=10**4)] = 0
    """Which of its independent trainings."""
    stage: Stage = "pruned"
    """The network as trained, or as pruned."""
    k: NClusters = 4
    """Number of clusters of the main spreadsheet."""
    n_clusters: EveryK = []
    """Other numbers of clusters, each with a spreadsheet of its own."""
    n_shuffles: Annotated[int, Field(ge=2, le=10**6)] = 100
    """Random lesions that each sub-module's is compared with."""
    ties: Literal["counted", "ignored"] = "counted"
    """Whether a random lesion as bad as the true one counts against it, or not, as in the
    published study.
    """
    small: Annotated[int, Field(ge=0)] = 12
    """Neurons; sub-modules of no more are not interpreted."""
    delta: Annotated[float, Field(le=0, ge=-1)] = -0.01
    """Smallest change of the score that matters, of accuracy usually."""
    score: Literal["accuracy", "margin"] = "accuracy"
    """Of networks that tell classes apart: correct answers, or by how much the logit of the right
    one is the largest, which knows no ties. Others have R² or F1.
    """

    @property
    def every_k(self) -> list[int]:
        """K of the main spreadsheet, then the others."""
        return [self.k, *(k for k in self.n_clusters if k != self.k)]


class DoubleLesion(Section):
    """Joint and conditional lesions of pairs; the rest as in ``mlp_lesion``."""

    models: Models
    """Tags of the models."""
    k: NClusters = 10
    """Number of clusters."""
    n_shuffles: Annotated[int, Field(ge=2, le=10**6)] = 50
    """Random lesions that each pair's is compared with."""


class Analyses(Section):
    """What is asked of the trained networks."""

    mlp_clustering: Clustering
    """results/mlp-clustering.csv."""
    cnn_clustering: Clustering
    """results/cnn-clustering.csv."""
    mlp_clustering_stability: Stability
    """results/mlp-clustering-stability.csv and its statistics."""
    cnn_clustering_stability: Stability = Stability(models=[])
    """results/cnn-clustering-stability.csv and its statistics."""
    factors: Factors = Factors()
    """results/factors.csv and its figure."""
    network_pages: NetworkPages = NetworkPages()
    """results/networks/{model}.csv and drawings, of networks of any kind."""
    random_initialisation: RandomInitialisation = RandomInitialisation()
    """N-cuts of untrained networks."""
    mlp_learning_curve: LearningCurve
    """results/mlp-learning-curve.csv and a figure a curve."""
    mlp_lesion: Lesion
    """results/mlp-lesion.xlsx and its figures."""
    cnn_lesion: Lesion = Lesion()
    """results/cnn-lesion.xlsx and its figures."""
    mlp_double_lesion: DoubleLesion
    """results/mlp-double-lesion.xlsx and its figures."""
