"""A network that the command line names becomes a model of the study."""

import pytest

from nn_modularity.errors import StudyError
from nn_modularity.study import front_door
from nn_modularity.study.study import load
from whole_study import WHOLE as CONFIG


def widened(**named):
    return front_door.widened({**CONFIG, **named})


def test_without_a_network_nothing_changes():
    assert widened() == CONFIG


def test_two_settings_are_a_model_a_dataset_and_a_page():
    found = widened(network="nets/my net.v2.onnx", data="my.npz")
    assert found["models"]["my-net-v2"] == {
        "dataset": "my",
        "files": {"unpruned": "nets/my net.v2.onnx"},
    }
    assert found["datasets"]["my"] == {"kind": "own", "file": "my.npz"}
    assert found["analyses"]["network_pages"]["models"] == ["my-net-v2"]
    assert load({**CONFIG, "network": "n.onnx", "data": "my.npz"}).own_models == ["n"]


def test_weights_alone_have_no_dataset():
    study = load({**CONFIG, "network": "n.onnx"})
    assert study.models["n"].dataset == "none"


def test_data_may_be_one_of_the_studys():
    found = widened(network="n.onnx", data="fashion")
    assert found["models"]["n"]["dataset"] == "fashion"
    assert found["datasets"] == CONFIG["datasets"]


def test_more_can_be_said_of_both():
    found = widened(
        network={"file": "n.keras", "units": "channels", "stage": "pruned"},
        data={"file": "d.csv", "target": "kind"},
    )
    assert found["models"]["n"] == {
        "dataset": "d",
        "files": {"pruned": "n.keras"},
        "units": "channels",
    }
    assert found["datasets"]["d"] == {"kind": "own", "file": "d.csv", "target": "kind"}


@pytest.mark.parametrize(
    ("file", "tag"),
    [
        ("fashion.onnx", "FASHION-own"),
        ("a/net-K5.onnx", "net-k5"),
        ("日本.onnx", "network"),
        ("x" * 300 + ".onnx", "x" * 70),
    ],
)
def test_any_file_has_a_name_that_is_free(file, tag):
    found = load({**CONFIG, "network": file, "data": "fashion"})
    (own,) = found.own_models
    assert own.lower() == tag.lower()


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"data": "my.npz"}, "found no network beside it; expected also network=my.onnx"),
        ({"network": {"units": "channels"}}, "expected a file, or a mapping with the key `file`"),
        ({"network": 3}, "expected a file"),
        ({"network": {"file": "n.onnx", "stage": "trained"}}, "the stage 'trained'"),
        ({"network": {"file": "n.onnx", "unit": "channels"}}, 'unknown key "unit"; did you mean'),
        ({"network": "n.pt"}, "save PyTorch's state_dict"),
    ],
)
def test_what_is_no_network_is_said(named, message):
    with pytest.raises(StudyError, match=message):
        load({**CONFIG, **named})
