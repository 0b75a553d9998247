"""Small ONNX models that tests make, and what ONNX Runtime makes of images."""

import numpy as np
import onnxruntime
from onnx import TensorProto, ValueInfoProto, helper, numpy_helper, save

GENERATOR = np.random.default_rng(0)


def normal(*shape):
    return GENERATOR.normal(size=shape).astype(np.float32)


def node(operator, inputs, output, **attributes):
    return helper.make_node(
        operator, inputs.split(), output.split(), name=f"/{output}", **attributes
    )


def save_model(path, nodes, constants, shape, opset=20, batch="n", inputs=None, outputs=("y",)):
    """Write a model that takes x (batch, *shape) and gives `outputs`."""
    inputs = inputs or {"x": (TensorProto.FLOAT, [batch, *shape])}
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(name, *how) for name, how in inputs.items()],
        [ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    save(model, path)
    return path


def run(path, images):
    """Outputs of a model, its first one, on ONNX Runtime."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return session.run(None, {name: images})[0]
