"""Networks from scikit-learn's multi-layer perceptrons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nn_modularity.errors import StudyError
from nn_modularity.networks import layers
from nn_modularity.networks.network import Network, chain

if TYPE_CHECKING:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

FUNCTIONS = {
    "identity": "linear",
    "logistic": "sigmoid",
    "relu": "relu",
    "softmax": "softmax",
    "tanh": "tanh",
}


def network(mlp: MLPClassifier | MLPRegressor) -> Network:
    """The network of a fitted perceptron; `network_file.write` makes a file of it.

    Raises
    ------
    StudyError
        If it was not fitted.
    """
    if not hasattr(mlp, "coefs_"):
        raise StudyError(f"found a {type(mlp).__name__} that was not fitted; call fit() first")
    made: list[layers.Layer] = []
    names = [mlp.activation] * (len(mlp.coefs_) - 1) + [mlp.out_activation_]
    for kernel, bias, name in zip(mlp.coefs_, mlp.intercepts_, names, strict=True):
        made.append(layers.Dense(*(np.asarray(each, np.float32) for each in (kernel, bias))))
        if FUNCTIONS[name] != "linear":
            made.append(layers.Activation(FUNCTIONS[name]))
    return chain(layers.Input((len(mlp.coefs_[0]),)), made)
