"""Quantisers to integers: thresholds by hand, the whole network, ties as FINN has them."""

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from fdscs.storage.errors import BadInput


def test_thresholds_by_hand() -> None:
    """Code 1 from (acc + bias + half) >> shift ≥ 1 on; no half where nothing is shifted."""
    from fdscs.accelerator.finn.compiler.codes import thresholds

    table = thresholds(np.array([0, 3, -5]), np.array([2, 2, 0]), 2)
    assert table.tolist() == [[2, 6, 10], [-1, 3, 7], [6, 7, 8]]


def test_every_tensor_is_the_references(network: Any, tensors: dict[str, np.ndarray]) -> None:
    from fdscs.accelerator.finn.compiler.checks import check_stage
    from fdscs.accelerator.finn.compiler.codes import to_codes

    model = to_codes(network)
    check = check_stage("codes", model, tensors, {}, channels_last=False)
    assert check.fault is None
    assert check.tensors > 40
    assert {node.op_type for node in model.graph.node} <= {
        "Conv", "MultiThreshold", "Concat", "MaxPool", "DepthToSpace", "Pad", "Slice"
    }  # fmt: skip
    assert [entry.name for entry in model.graph.input] == ["cost", "rgb"]
    assert model.get_tensor_datatype("rgb").name == "INT8"


def test_another_rounding_is_refused(network: Any) -> None:
    from fdscs.accelerator.finn.compiler.codes import to_codes

    quantisers = [node for node in network.graph.node if node.op_type == "Quant"]
    last = next(node for node in reversed(quantisers) if node.output[0] == "enc0_relu")
    for each in last.attribute:
        if each.name == "rounding_mode":
            each.s = b"ROUND"
    with pytest.raises(BadInput, match="enc0_relu does not round half up"):
        to_codes(network)


@pytest.mark.parametrize("name", ["rgb.step", "disparity_half.codes_per_px"])
def test_a_factor_that_is_no_step_is_refused(network: Any, name: str) -> None:
    from fdscs.accelerator.finn.compiler.codes import to_codes

    network.set_initializer(name, network.get_initializer(name) * np.float32(2))
    with pytest.raises(BadInput, match=r"has another step|is not by the codes"):
        to_codes(network)


def test_ties_are_finns(job: Any) -> None:
    """FINN's own conversion of such a quantiser, and ours, on every accumulator there can be."""
    from finn.core.onnx_exec import execute_onnx
    from finn.transformation.qonnx.convert_qonnx_to_finn import ConvertQONNXtoFINN
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.transformation.infer_shapes import InferShapes

    from fdscs.accelerator.finn.compiler.codes import thresholds

    shift, bits = 3, 4
    model = ModelWrapper(_quantiser(2.0**shift, bits)).transform(InferShapes())
    accumulators = np.arange(-40, 160)
    real = accumulators.astype(np.float32).reshape(1, 1, 1, -1)
    made = execute_onnx(model.transform(ConvertQONNXtoFINN()), {"x": real})["y"] / 2**shift
    table = thresholds(np.zeros(1, np.int64), np.array([shift]), bits)[0]
    ours = (accumulators[:, None] >= table).sum(axis=1)
    assert np.array_equal(made.ravel(), ours)
    assert ours[accumulators == 4] == 1  # a tie, upwards
    assert ours[accumulators == 3] == 0


def _quantiser(step: float, bits: int) -> Any:
    size = [1, 1, 1, 200]
    nodes = [
        helper.make_node("Relu", ["x"], ["p"]),
        helper.make_node(
            "Quant", ["p", "step", "zero", "bits"], ["y"], domain="qonnx.custom_op.general",
            rounding_mode="HALF_UP", signed=0, narrow=0,
        ),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, size)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, size)],
        [
            helper.make_tensor(name, TensorProto.FLOAT, [], [value])
            for name, value in (("step", step), ("zero", 0.0), ("bits", float(bits)))
        ],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("qonnx.custom_op.general", 1)]
    return helper.make_model(graph, opset_imports=opsets)
