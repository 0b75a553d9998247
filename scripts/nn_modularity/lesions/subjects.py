"""A network under test: test images, what it answers, and how well once it is damaged.

What lesions of one sub-module and of two have in common.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Protocol, TypeAlias

import numpy as np

from nn_modularity import logs
from nn_modularity.activations import forward, masked
from nn_modularity.errors import StudyError
from nn_modularity.lesions import scores
from nn_modularity.networks import chains, layers, shapes
from nn_modularity.networks.labelling import Labelling, SubModule
from nn_modularity.networks.network import Network
from nn_modularity.networks.weights import Network as Chain

Map = Callable[[Callable[[Any], np.ndarray], Sequence[Any]], list[np.ndarray]]
"""Applies a function to independent tasks, as `pieces.Store.map` does."""

Damage: TypeAlias = forward.Damage | masked.Lesion
TASKS = {"b": "multi-label", "f": "regression", "i": "classification", "u": "classification"}
"""What the type of targets says of the task."""


class Engine(Protocol):
    """Runs a network on test images, damaged or not: `forward.Engine` or `masked.Engine`."""

    @property
    def chunks(self) -> Sequence[slice]:
        """Images that go through the network together."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Neurons by layer, inputs and outputs included."""

    def activities(self) -> Iterator[Any]:
        """Of the intact network, by chunk of images."""

    def outputs(self, activity: Any) -> np.ndarray:
        """What the network answers, (n_outputs, n_images) float32."""

    def damage(self, layer: int, silenced: np.ndarray) -> Any:
        """A lesion of a hidden layer's units, (widths[layer],) bool."""

    def damaged(self, activity: Any, lesion: Any) -> np.ndarray:
        """What the damaged network answers, (n_outputs, n_images) float32; until the next call."""

    def spread(self, activity: Any, lesion: Any) -> Any:
        """The activity behind a lesion, so that a second one can be added; until the next call."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A network with test images.

    Attributes
    ----------
    engine : Engine
    targets : tuple of (n_images, …) arrays
        What it should answer, by chunk of images.
    score : scores.Score
        How well it does.
    n_images : int
    data_complete : bool
        Whether the images are those of the whole dataset.
    """

    engine: Engine
    targets: tuple[np.ndarray, ...]
    score: scores.Score
    n_images: int
    data_complete: bool

    @property
    def widths(self) -> tuple[int, ...]:
        """Neurons by layer, inputs and outputs included."""
        return self.engine.widths

    def sub_modules(self, labelling: Labelling) -> tuple[SubModule, ...]:
        """The sub-modules of a labelling of this network.

        Raises
        ------
        StudyError
            If it labels another network.
        """
        # The input's are those of its graph, which has a node a token where tokens are looked up.
        if labelling.widths[1:] != self.widths[1:]:
            raise StudyError(
                f"lesions: found a clustering of layers of {labelling.widths} neurons, the network "
                f"has {self.widths}; cluster this network"
            )
        if not labelling.sub_modules:
            logs.log.warning("no hidden layer has a neuron with edges: there is nothing to lesion")
        return labelling.sub_modules


def examine(
    network: Chain | Network,
    images: np.ndarray,
    targets: np.ndarray,
    *,
    units: str = "neurons",
    score: str = "accuracy",
    data_complete: bool = True,
) -> Subject:
    """Make a network ready to be lesioned.

    Parameters
    ----------
    network : Network of either kind
    images : (n_images, …)
        As the data holds them.
    targets : (n_images,) int64, (n_images, n_labels) bool or (n_images, n_outputs) float32
    units : {"neurons", "channels"}
        What the nodes of its graph are.
    score : str
        One of `vocabulary.SCORES`, for the task that it fits.
    data_complete : bool
        Whether the images are those of the whole dataset.

    Raises
    ------
    StudyError
        If images or targets don't fit the network.
    """
    if not shapes.holds(images.shape[1:], network.input_shape):
        raise StudyError(
            f"lesions: found images of {images.shape[1:]}, the network expects "
            f"{network.input_shape}; check the model's dataset"
        )
    engine: Engine
    if isinstance(network, Chain) and network.is_mlp:
        n_outputs, last = network.widths[-1], network.weighted_layers[-1].activation
        engine = forward.Engine(network, images)
    else:
        graph = chains.to_graph(network) if isinstance(network, Chain) else network
        n_outputs, last = prod(graph.output_shape), _last_function(graph)
        engine = masked.Engine(graph, units, images.reshape(-1, *graph.input_shape))
    return Subject(
        engine,
        tuple(targets[chunk] for chunk in engine.chunks),
        scores.of(
            TASKS[targets.dtype.kind],
            targets,
            n_outputs,
            asked=score,
            is_share=last in ("sigmoid", "hard_sigmoid"),
        ),
        len(images),
        data_complete,
    )


def _last_function(network: Network) -> str:
    last = network.layers[-1]
    return last.function if isinstance(last, layers.Activation) else "linear"


def damages(subject: Subject, labelling: Labelling, chosen: Sequence[SubModule]) -> list[Damage]:
    """Lesions of the chosen sub-modules under a labelling."""
    return [subject.engine.damage(each.layer, labelling.members(each)) for each in chosen]


def points(subject: Subject, lesions: Sequence[Damage]) -> np.ndarray:
    """The score of every damaged network, (n_lesions, n_groups), as points by group."""
    engine, score = subject.engine, subject.score
    tallies = np.tile(score.empty, (len(lesions), *(1,) * score.empty.ndim))
    for activity, targets in zip(engine.activities(), subject.targets, strict=True):
        for lesion, tally in zip(lesions, tallies, strict=True):
            score.add(engine.damaged(activity, lesion), targets, tally)
    return score.points(tallies)


def intact_points(subject: Subject) -> np.ndarray:
    """The score of the intact network, (n_groups,), as points by group."""
    tally = subject.score.empty
    for activity, targets in zip(subject.engine.activities(), subject.targets, strict=True):
        subject.score.add(subject.engine.outputs(activity), targets, tally)
    return subject.score.points(tally)
