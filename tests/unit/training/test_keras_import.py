"""Import of Keras models, against Keras's own predictions."""

import json
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras import layers as k

from nn_modularity.activations.agreement import check, trial_images
from nn_modularity.errors import StudyError
from nn_modularity.networks import from_keras
from nn_modularity.training.predictions import of_keras


def randomised(model):
    """Every weight drawn anew, so that none is 0 or 1 by default."""
    generator = np.random.default_rng(0)
    model.set_weights(
        [np.abs(generator.normal(0.3, 0.2, array.shape)) + 0.01 for array in model.get_weights()]
    )
    return model


def chain(shape, *made, dtype="float32"):
    return randomised(keras.Sequential([keras.Input(shape, dtype=dtype), *made]))


def branching():
    image = keras.Input((8, 9, 3))
    one = k.Conv2D(4, 3, padding="same", activation="relu")(image)
    two = k.SeparableConv2D(4, 3, padding="same", depth_multiplier=2)(one)
    three = k.Concatenate()([k.Add()([one, two]), k.Average()([one, two]), one - two])
    gate = k.Dense(12, activation="sigmoid")(k.GlobalAveragePooling2D(keepdims=True)(three))
    four = k.Multiply()([three, gate]) * 0.5 + 1.0
    return randomised(keras.Model(image, k.Dense(3)(k.GlobalMaxPooling2D()(four))))


def transformer():
    tokens = keras.Input((7,), dtype="int32")
    one = k.Embedding(11, 6)(tokens)
    two = k.MultiHeadAttention(3, 4)(one, one, use_causal_mask=True)
    three = k.LayerNormalization()(k.Add()([one, two]))
    four = k.MultiHeadAttention(2, 3, value_dim=5)(three, one)
    five = k.Dense(8, activation="gelu")(k.RMSNormalization()(four))
    return randomised(keras.Model(tokens, k.GlobalAveragePooling1D()(five)))


def nested():
    inner = keras.Sequential([keras.Input((6,)), k.Dense(5, "tanh"), k.Dense(4)], name="inner")
    image = keras.Input((2, 3))
    made = k.Dense(2)(inner(k.Flatten()(image)))
    return randomised(keras.Model(image, made))


def shared():
    image = keras.Input((6,))
    layer = k.Dense(6, "relu", name="twice")
    return randomised(keras.Model(image, layer(layer(image))))


MODELS = {
    "mlp": lambda: chain(
        (5, 4), k.Flatten(), k.Dense(7, "relu"), k.Dropout(0.5), k.Dense(3, "softmax")
    ),
    "cnn": lambda: chain(
        (9, 8, 2),
        k.Rescaling(1 / 255, offset=-0.5),
        k.Conv2D(4, (3, 2), strides=2, padding="same", use_bias=False),
        k.BatchNormalization(),
        k.ReLU(),
        k.MaxPooling2D(2, padding="same"),
        k.DepthwiseConv2D(2, depth_multiplier=2),
        k.LeakyReLU(0.3),
        k.Flatten(),
        k.Dense(3),
    ),
    "dilated groups": lambda: chain(
        (9, 9, 4), k.Conv2D(6, 3, dilation_rate=2, groups=2), k.AveragePooling2D(2, 1, "same")
    ),
    "widening": lambda: chain(
        (4, 5, 2),
        k.Conv2DTranspose(3, 3, strides=2, padding="same"),
        k.Conv2DTranspose(2, 2, strides=2),
        k.ZeroPadding2D(((1, 0), (2, 1))),
        k.Cropping2D(((0, 1), (1, 0))),
        k.UpSampling2D((2, 3)),
        k.Permute((2, 1, 3)),
        k.Reshape((-1, 2)),
    ),
    "sequence": lambda: chain(
        (12, 3),
        k.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="elu"),
        k.BatchNormalization(scale=False, center=False),
        k.SeparableConv1D(5, 2, activation="silu"),
        k.AveragePooling1D(2),
        k.Conv1D(3, 2, activation=k.LeakyReLU(0.1)),
        k.PReLU(shared_axes=[1]),
        k.GlobalMaxPooling1D(),
        k.Softmax(),
    ),
    "functions": lambda: chain(
        (6,),
        *(k.Dense(6, name) for name in ("gelu", "hard_sigmoid", "softsign", "mish", "relu6")),
        *(k.Activation(name) for name in ("softplus", "hard_silu", "selu", "log_softmax")),
        k.ELU(0.4),
        k.ReLU(max_value=2.0),
        k.ReLU(negative_slope=0.2),
    ),
    "normalised": lambda: chain(
        (6,), k.Normalization(mean=[1.0] * 6, variance=[4.0] * 6), k.Dense(2)
    ),
    "branching": branching,
    "transformer": transformer,
    "nested": nested,
    "shared": shared,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        *((name, ".keras") for name in MODELS),
        # Keras itself can't load what was written by operators (one - two) from .h5.
        *((name, ".h5") for name in MODELS if name != "branching"),
    ],
)
def test_imported_networks_do_as_in_keras(tmp_path, name, ending):
    path = tmp_path / f"network{ending}"
    MODELS[name]().save(path)
    network, _ = from_keras.read(path)
    images = trial_images(network, 4, np.random.default_rng(0))
    assert check(network, images, of_keras(path, images), "Keras") <= 1e-5


def test_what_was_dropped_and_read_twice_is_said(tmp_path):
    for name, said in (("mlp", 'dropped Dropout "dropout'), ("shared", "'twice' is used 2 times")):
        MODELS[name]().save(tmp_path / "network.keras")
        _, notes = from_keras.read(tmp_path / "network.keras")
        assert any(note.startswith(said) for note in notes)


def test_an_open_shape_is_asked_for(tmp_path):
    path = tmp_path / "network.keras"
    chain((None, None, 2), k.Conv2D(3, 2), k.GlobalAveragePooling2D()).save(path)
    with pytest.raises(StudyError, match=r"\(None, None, 2\).*say `input_shape"):
        from_keras.read(path)
    with pytest.raises(StudyError, match=r"found input_shape \(5, 5, 3\), but the model takes"):
        from_keras.read(path, (5, 5, 3))
    network, _ = from_keras.read(path, (5, 5, 2))
    images = trial_images(network, 4, np.random.default_rng(0))
    check(network, images, of_keras(path, images), "Keras")


def two_inputs():
    one, other = keras.Input((3,), name="one"), keras.Input((3,), name="other")
    return keras.Model([one, other], k.Add()([one, other]))


def masked():
    tokens = keras.Input((3,))
    return keras.Model(tokens, k.Embedding(4, 2, mask_zero=True)(tokens))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: chain((3, 2), k.LSTM(4, name="old")), 'LSTM "old": layers of the class LSTM'),
        (lambda: chain((2,), k.Lambda(lambda x: x, name="odd")), 'Lambda "odd": is code'),
        (two_inputs, "found the inputs one, other, expected a network of one input"),
        (masked, "hides tokens of number 0"),
        (lambda: chain((4, 4, 2), k.UpSampling2D(2, interpolation="bilinear")), "by interpolation"),
        (lambda: chain((4, 4, 2), k.BatchNormalization(axis=1)), "works along axis 1, expected"),
        (lambda: chain((4, 4, 2), k.PReLU()), "has slopes of shape"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_by_name(tmp_path, make, message):
    path = tmp_path / "network.keras"
    make().save(path)
    with pytest.raises(StudyError, match=rf"network\.keras: .*{message}") as raised:
        from_keras.read(path)
    assert "\n" not in str(raised.value)


def changed(path, change):
    """Write a `.keras` file anew, its description changed."""
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    description = json.loads(found["config.json"])
    change(description["config"]["layers"], found)
    found["config.json"] = json.dumps(description).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in found.items():
            archive.writestr(name, content)


def without_weights(_, found):
    del found["model.weights.h5"]


def broken_weights(_, found):
    found["model.weights.h5"] = found["model.weights.h5"][:100]


def without_settings(made, _):
    del made[1]["config"]["strides"], made[1]["config"]["padding"]
    made[1]["config"]["dilation_rate"] = "wide"


def renamed(made, _):
    made[1]["class_name"] = "Evil>Layer"


def another_function(made, _):
    made[1]["config"]["activation"] = {"class_name": "function", "config": "my_own"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_weights, "found no model.weights.h5"),
        (broken_weights, "model.weights.h5 is not HDF5"),
        (without_settings, "found dilation_rate wide|can't read the description"),
        (renamed, "layers of the class Evil>Layer are not known here"),
        (another_function, "has the activation 'my_own', expected one of"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(tmp_path, change, message):
    path = tmp_path / "network.keras"
    chain((6, 6, 1), k.Conv2D(2, 2)).save(path)
    changed(path, change)
    with pytest.raises(StudyError, match=message) as raised:
        from_keras.read(path)
    assert "\n" not in str(raised.value)


def test_weights_alone_are_no_network(tmp_path):
    chain((3,), k.Dense(2)).save_weights(tmp_path / "network.weights.h5")
    with pytest.raises(StudyError, match="found weights alone, expected a whole model"):
        from_keras.read(tmp_path / "network.weights.h5")
    with pytest.raises(StudyError, match="no such file"):
        from_keras.read(tmp_path / "nothing.keras")


def test_weights_that_claim_too_much_are_refused(tmp_path):
    path = tmp_path / "network.h5"
    chain((3,), k.Dense(2, name="large")).save(path)
    with h5py.File(path, "r+") as file:
        (name,) = (n for n in file["model_weights/large"].attrs["weight_names"] if "kernel" in n)
        del file["model_weights/large"][name]
        file["model_weights/large"].create_dataset(name, (2**15, 2**15), "f4", chunks=(8, 8))
    with pytest.raises(StudyError, match="but only 0 bytes are stored"):
        from_keras.read(path)


def test_code_in_a_file_is_not_run_by_the_check(tmp_path):
    path = tmp_path / "network.keras"
    chain((2,), k.Lambda(lambda x: x + 1)).save(path)
    with pytest.raises(StudyError, match="can't load it"):
        of_keras(path, np.zeros((1, 2)))
