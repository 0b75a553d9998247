"""Lesions on ONNX Runtime against networks that are rebuilt with the damage in them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn_modularity.activations import masked
from nn_modularity.activations.runtime import Runtime
from nn_modularity.graphs import units
from nn_modularity.networks import layers
from nn_modularity.networks.network import Network, chain
from random_networks import networks

TOLERANCE = {"rtol": 1e-4, "atol": 1e-5}


def rebuilt(network, lesions):
    """The network with a layer behind every damaged place that multiplies by the mask."""
    masks = dict(lesions)
    made, moved = [], {}
    for number, layer in enumerate(network.layers):
        made.append(replace(layer, inputs=tuple(moved[source] for source in layer.inputs)))
        moved[number] = len(made) - 1
        if number in masks:
            made.append(layers.Affine(masks[number], inputs=(moved[number],)))
            moved[number] = len(made) - 1
    return Network(tuple(made))


def images_of(network, n=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, *network.input_shape)).astype(np.float32)


def drawn(data, engine, n):
    """Some lesions in rising layers: (layer, silenced)."""
    numbers = st.integers(1, len(engine.places) - 1)
    numbers = data.draw(st.lists(numbers, min_size=n, max_size=n, unique=True))
    generator = np.random.default_rng(len(numbers))
    return [(layer, generator.random(engine.widths[layer]) < 0.5) for layer in sorted(numbers)]


def expected(network, engine, lesions, images):
    masks = [
        (engine.places[layer - 1].number, lesion.mask)
        for layer, lesion in ((each.layer, each) for each in lesions)
    ]
    (found,) = Runtime(rebuilt(network, masks))(images)
    return found.reshape(len(images), -1).T


@given(st.data(), st.sampled_from(["neurons", "channels"]), st.sampled_from([1, 2, 16]))
@settings(max_examples=80)
def test_damaged_networks_answer_as_ones_built_with_the_damage(data, kind, most_parts):
    network = data.draw(networks(by_channel=kind == "channels"))
    if len(network.unit_layers) < 2:
        return
    images = images_of(network)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(masked, "MOST_PARTS", most_parts)
        engine = masked.Engine(network, kind, images)
    assert engine.widths == units.from_network(network, kind).widths
    (activity,) = engine.activities()
    np.testing.assert_allclose(
        engine.outputs(activity), Runtime(network)(images)[0].reshape(3, -1).T, **TOLERANCE
    )
    (lesion,) = (engine.damage(*each) for each in drawn(data, engine, 1))
    np.testing.assert_allclose(
        engine.damaged(activity, lesion),
        expected(network, engine, [lesion], images),
        **TOLERANCE,
    )
    if len(engine.places) > 2:
        first, second = (engine.damage(*each) for each in drawn(data, engine, 2))
        np.testing.assert_allclose(
            engine.damaged(engine.spread(activity, first), second),
            expected(network, engine, [first, second], images),
            **TOLERANCE,
        )


def test_keras_predicts_the_same_of_a_network_whose_weights_are_zero(tmp_path):
    import keras  # here, so that the other tests need not wait for TensorFlow

    from nn_modularity.networks import from_keras

    keras.utils.set_random_seed(1)
    image = keras.Input((9, 9, 2))
    x = keras.layers.Conv2D(6, 3, padding="same", name="a")(image)
    x = keras.layers.BatchNormalization(name="na")(x)
    first = keras.layers.ReLU()(x)
    x = keras.layers.Conv2D(6, 3, padding="same", groups=2, name="b")(first)
    x = keras.layers.BatchNormalization(name="nb")(x)
    x = keras.layers.ReLU()(keras.layers.Add()([x, first]))
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Dense(5, activation="tanh", name="c")(keras.layers.Flatten()(x))
    model = keras.Model(image, keras.layers.Dense(3, activation="softmax", name="d")(x))
    generator = np.random.default_rng(0)
    model.set_weights([generator.normal(size=w.shape) ** 2 + 0.1 for w in model.get_weights()])
    for name in "abcd":
        kernel, bias = model.get_layer(name).get_weights()
        model.get_layer(name).set_weights([generator.normal(size=kernel.shape) / 6, bias])
    model.save(tmp_path / "model.keras")
    network, *_ = from_keras.read(tmp_path / "model.keras")
    images = generator.normal(size=(100, 9, 9, 2)).astype(np.float32)
    engine = masked.Engine(network, "channels", images)
    whole = model.get_weights()
    for layer, names in ((1, ("a", "na")), (2, ("b", "nb")), (3, ("c",))):
        silenced = generator.random(engine.widths[layer]) < 0.5
        model.set_weights(whole)
        for name in names:
            own = model.get_layer(name)
            # Kernel and bias, or scale and offset: what the channel is multiplied by and moved by.
            changed = [array * ~silenced for array in own.get_weights()[:2]]
            own.set_weights([*changed, *own.get_weights()[2:]])
        lesion = engine.damage(layer, silenced)
        found = np.concatenate([engine.damaged(a, lesion) for a in engine.activities()], axis=1)
        wanted = model.predict(images, batch_size=100, verbose=0)
        np.testing.assert_array_equal(found.argmax(axis=0), wanted.argmax(axis=1))
        shares = np.exp(found - found.max(axis=0))
        np.testing.assert_allclose((shares / shares.sum(axis=0)).T, wanted, rtol=1e-3, atol=1e-5)


def test_the_queries_of_an_attention_can_be_silenced_as_their_weights_can():
    generator = np.random.default_rng(0)
    square = lambda: generator.normal(size=(4, 4)).astype(np.float32)  # noqa: E731
    attention = layers.Attention(square(), square(), square(), square(), n_heads=2, scale=0.5)
    made = [layers.Dense(square()), attention, layers.Flatten(), layers.Dense(square()[[0] * 12])]
    network = chain(layers.Input((3, 4)), made)
    images = images_of(network)
    engine = masked.Engine(network, "channels", images)
    assert engine.widths == units.from_network(network, "channels").widths
    (activity,) = engine.activities()
    silenced = np.arange(12) % 3 == 0
    query, key, value = np.split(~silenced, 3)
    damaged = replace(
        attention,
        query=attention.query * query,
        key=attention.key * key,
        value=attention.value * value,
    )
    wanted = Runtime(chain(layers.Input((3, 4)), [made[0], damaged, *made[2:]]))(images)[0].T
    found = engine.damaged(activity, engine.damage(2, silenced))
    np.testing.assert_allclose(found, wanted, **TOLERANCE)
    both = engine.damaged(
        engine.spread(activity, engine.damage(2, silenced)), engine.damage(3, np.arange(4) == 1)
    )
    damaged = replace(damaged, output=damaged.output * (np.arange(4) != 1))
    wanted = Runtime(chain(layers.Input((3, 4)), [made[0], damaged, *made[2:]]))(images)[0].T
    np.testing.assert_allclose(both, wanted, **TOLERANCE)
