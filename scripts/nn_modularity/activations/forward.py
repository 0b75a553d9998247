"""Forward passes of intact and damaged multi-layer perceptrons, without TensorFlow.

Activations are kept with neurons as rows and images as columns, in chunks of `CHUNK` images that
stay in the processor's cache. A lesion enters the next layer as a difference: the damaged
neurons' share is subtracted from what is kept of the intact network.
"""

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nn_modularity.activations import products
from nn_modularity.errors import StudyError
from nn_modularity.networks.weights import Network

CHUNK = 512  # images: 256 neurons of them fill half of a core's L2 cache; part of the results' bits
ACTIVATIONS = ("relu", "relu6", "linear", "tanh", "sigmoid", "softplus", "silu", "gelu", "selu")
ACTIVATIONS += ("softmax",)  # of the last layer
AT_ZERO = {"sigmoid": 0.5, "softplus": math.log(2)}
"""Values of activation functions at 0, where they are not 0."""
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. (2017)


@dataclass(frozen=True)
class Step:
    """From one layer to the next.

    Attributes
    ----------
    weights : products.Weights
        Of all sources, n_out × n_in.
    bias : (n_out, 1) float32
    activation : str
        One of `ACTIVATIONS`.
    """

    weights: products.Weights
    bias: np.ndarray
    activation: str

    @property
    def floor(self) -> np.float32:
        """What the product itself can cut off: everything below 0 for a ReLU."""
        return np.float32(0 if self.activation in ("relu", "relu6") else -np.inf)


@dataclass(frozen=True)
class Activity:
    """Values of all neurons for one chunk of images.

    Attributes
    ----------
    before, after : list of (widths[layer], n_images) float32
        Before and after the activation function, by layer. The inputs are ``after[0]``.
    """

    before: list[np.ndarray]
    after: list[np.ndarray]

    @classmethod
    def empty(cls, widths: Sequence[int], n_images: int) -> "Activity":
        """Room for the values of layers of `widths` neurons."""
        before, after = (
            [np.empty((width, n_images), np.float32) for width in widths] for _ in range(2)
        )
        return cls(before, after)

    def first(self, n_images: int) -> "Activity":
        """Contiguous room for fewer images, in the same memory."""
        before, after = (
            [values.ravel()[: len(values) * n_images].reshape(len(values), -1) for values in layers]
            for layers in (self.before, self.after)
        )
        return Activity(before, after)


@dataclass(frozen=True)
class Damage:
    """Neurons of one layer that a lesion silences, as the next layer sees it.

    Attributes
    ----------
    layer : int
        The damaged layer, 0 for the inputs.
    weights : products.Weights
        What to add to `start`.
    start : (n_out, 1) float32 or None
        Where to start from; None for the next layer's values without the damage.
    """

    layer: int
    weights: products.Weights
    start: np.ndarray | None


class Engine:
    """A chain of dense layers whose neurons can be silenced, with its activity on some images.

    Memory: 8 bytes a neuron and image; 180 MB for 784-256-256-256-256-10 and 10,000 images.

    Parameters
    ----------
    network : Network
        A multi-layer perceptron.
    images : (n_images, …)
        As the data holds them.
    """

    def __init__(self, network: Network, images: np.ndarray) -> None:
        self.chain = steps(network)
        starts = range(0, len(images), CHUNK)
        self.chunks = [slice(start, start + CHUNK) for start in starts]
        self._activities = [
            intact(self.chain, inputs(network, images[chunk])) for chunk in self.chunks
        ]
        self._rooms = threading.local()
        self.widths = tuple(len(values) for values in self._activities[0].after)

    def activities(self) -> Iterator[Activity]:
        """Of the intact network, by chunk of images."""
        return iter(self._activities)

    def outputs(self, activity: Activity) -> np.ndarray:
        """What the network answers, (n_outputs, n_images) float32."""
        return activity.after[-1]

    def damage(self, layer: int, silenced: np.ndarray) -> Damage:
        """A lesion of a hidden layer's neurons, (widths[layer],) bool."""
        return damage(self.chain, layer, silenced)

    def damaged(self, activity: Activity, lesion: Damage) -> np.ndarray:
        """What the damaged network answers, (n_outputs, n_images) float32; until the next call."""
        return scores(self.chain, activity, lesion, self._room("damaged", activity))

    def spread(self, activity: Activity, lesion: Damage) -> Activity:
        """The activity behind a lesion, so that a second one can be added; until the next call."""
        return spread(self.chain, activity, lesion, self._room("spread", activity))

    def _room(self, name: str, activity: Activity) -> Activity:
        """Room of this thread's, for as many images."""
        if not hasattr(self._rooms, name):
            setattr(self._rooms, name, Activity.empty(self.widths, CHUNK))
        return getattr(self._rooms, name).first(activity.after[0].shape[1])


def steps(network: Network) -> tuple[Step, ...]:
    """Prepare a network for forward passes.

    Raises
    ------
    StudyError
        If the network is no multi-layer perceptron or has an activation function that is not
        known here.
    """
    if not network.is_mlp:
        kinds = sorted({layer.kind for layer in network.layers} - {"dense", "flatten"})
        raise StudyError(
            f"lesions: found a network with layers of kind {', '.join(kinds)}; "
            "expected a multi-layer perceptron (dense layers alone)"
        )
    layers = network.weighted_layers
    for number, layer in enumerate(layers, start=1):
        known = ACTIVATIONS if number == len(layers) else ACTIVATIONS[:-1]
        if layer.activation not in known:
            raise StudyError(
                f"lesions: layer {number} has the activation {layer.activation!r}; "
                f"expected one of {', '.join(known)}"
            )
    return tuple(
        Step(products.weights(layer.kernel.T), layer.bias[:, None].copy(), layer.activation)
        for layer in layers
    )


def damage(chain: Sequence[Step], layer: int, silenced: np.ndarray) -> Damage:
    """Describe a lesion by what it changes in the next layer.

    Incoming weights and biases of the silenced neurons are 0, so their values are the activation
    function of 0: nothing, but for those of `AT_ZERO`.

    Parameters
    ----------
    chain : sequence of Step
    layer : int
        A hidden layer.
    silenced : (widths[layer],) bool
    """
    weights, bias = chain[layer].weights, chain[layer].bias
    lost = products.restrict(weights, silenced)
    kept = products.restrict(weights, ~silenced)
    if value := AT_ZERO.get(chain[layer - 1].activation):
        return Damage(layer, kept, bias + np.float32(value) * products.row_sums(lost)[:, None])
    if products.size(lost) < products.size(kept):
        return Damage(layer, products.negative(lost), None)
    return Damage(layer, kept, bias)


def inputs(network: Network, images: np.ndarray) -> np.ndarray:
    """What a network sees of images, (n_images, n_inputs) float32.

    Parameters
    ----------
    network : Network
        Its ``input_scale`` and ``input_offset`` are applied, in double precision.
    images : (n_images, …)
        As the data holds them.
    """
    values = images.reshape(len(images), *network.input_shape)
    scaled = values * np.asarray(network.input_scale, np.float64) + network.input_offset
    return scaled.reshape(len(images), -1).astype(np.float32)


def intact(chain: Sequence[Step], images: np.ndarray) -> Activity:
    """Values of all neurons of the undamaged network.

    Parameters
    ----------
    chain : sequence of Step
    images : (n_images, widths[0]) float32
    """
    widths = [images.shape[1], *(len(step.bias) for step in chain)]
    activity = Activity.empty(widths, len(images))
    activity.after[0][:] = images.T
    for layer, step in enumerate(chain):
        _advance(step, activity, layer, step.bias, step.weights, activity)
    return activity


def spread(chain: Sequence[Step], activity: Activity, lesion: Damage, into: Activity) -> Activity:
    """Values of all neurons behind a lesion, so that a second one can be added there.

    Parameters
    ----------
    chain : sequence of Step
    activity : Activity
        Of the network without this lesion.
    lesion : Damage
    into : Activity
        Overwritten, for the layers behind the damaged one; the others are not touched.
    """
    start = activity.before[lesion.layer + 1] if lesion.start is None else lesion.start
    _advance(chain[lesion.layer], activity, lesion.layer, start, lesion.weights, into)
    for layer in range(lesion.layer + 1, len(chain)):
        step = chain[layer]
        _advance(step, into, layer, step.bias, step.weights, into)
    return into


def scores(
    chain: Sequence[Step], activity: Activity, lesion: Damage, scratch: Activity
) -> np.ndarray:
    """Outputs of a damaged network, as far as they matter for which is the largest.

    Parameters
    ----------
    chain, activity, lesion
        As for `spread`.
    scratch : Activity
        Overwritten.

    Returns
    -------
    (n_classes, n_images) float32
        A view into `scratch`. A softmax is left out, as it keeps the order.
    """
    values = activity.after[lesion.layer]
    start = activity.before[lesion.layer + 1] if lesion.start is None else lesion.start
    weights = lesion.weights
    for layer in range(lesion.layer, len(chain)):
        step, out = chain[layer], scratch.after[layer + 1]
        products.add_product(weights, start, values, step.floor, out)
        _activate(step.activation, out)
        if layer + 1 < len(chain):
            weights, start, values = chain[layer + 1].weights, chain[layer + 1].bias, out
    return out


def _advance(
    step: Step,
    activity: Activity,
    layer: int,
    start: np.ndarray,
    weights: products.Weights,
    into: Activity,
) -> None:
    before, after = into.before[layer + 1], into.after[layer + 1]
    products.add_product(weights, start, activity.after[layer], np.float32(-np.inf), before)
    np.maximum(before, step.floor, out=after)
    _activate(step.activation, after)


def _activate(name: str, values: np.ndarray) -> None:
    """Apply in place what neither the product (ReLU) nor the arg max (softmax) takes care of."""
    if name in _IN_PLACE:
        _IN_PLACE[name](values)


def _tanh(values: np.ndarray) -> None:
    np.tanh(values, out=values)


def _sigmoid(values: np.ndarray) -> None:
    np.negative(values, out=values)
    with np.errstate(over="ignore"):  # e^−x is infinite where the sigmoid is 0
        np.exp(values, out=values)
    values += 1
    np.reciprocal(values, out=values)


def _relu6(values: np.ndarray) -> None:
    np.minimum(values, 6, out=values)


def _softplus(values: np.ndarray) -> None:
    np.logaddexp(values, 0, out=values)


def _silu(values: np.ndarray) -> None:
    gates = values.copy()
    _sigmoid(gates)
    values *= gates


def _gelu(values: np.ndarray) -> None:
    from scipy import special  # a quarter of a second that other networks needn't wait

    values *= special.ndtr(values)


def _selu(values: np.ndarray) -> None:
    below = np.expm1(np.minimum(values, 0))
    below *= SELU_ALPHA
    np.maximum(values, 0, out=values)
    values += below
    values *= SELU_SCALE


_IN_PLACE = {
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "relu6": _relu6,
    "softplus": _softplus,
    "silu": _silu,
    "gelu": _gelu,
    "selu": _selu,
}
