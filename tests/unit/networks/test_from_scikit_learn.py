"""Import of scikit-learn's perceptrons, against their own predictions."""

import warnings

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

from nn_modularity.activations.runtime import Runtime
from nn_modularity.errors import StudyError
from nn_modularity.networks import from_scikit_learn, network_file

X = np.random.default_rng(0).normal(size=(80, 6)).astype(np.float32)


def fitted(mlp, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return mlp.set_params(hidden_layer_sizes=(5, 4), max_iter=5, random_state=0).fit(X, y)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_predictions_are_scikit_learns(tmp_path, activation):
    several = fitted(MLPClassifier(activation=activation), np.sign(X[:, 0]) + np.sign(X[:, 1]))
    two = fitted(MLPClassifier(activation=activation), X[:, 0] > 0)
    regressor = fitted(MLPRegressor(activation=activation), X[:, :2])
    for mlp, expected in (
        (several, several.predict_proba(X)),
        (two, two.predict_proba(X)[:, 1:]),
        (regressor, regressor.predict(X)),
    ):
        network_file.write(tmp_path / "mine.h5", from_scikit_learn.network(mlp))
        (found,) = Runtime(network_file.read(tmp_path / "mine.h5"))(X)
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_perceptron_that_was_not_fitted_is_refused():
    with pytest.raises(StudyError, match="found a MLPClassifier that was not fitted"):
        from_scikit_learn.network(MLPClassifier())
