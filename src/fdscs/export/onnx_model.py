"""Building an ONNX model node by node, with names taken from the graph of the description.

A tensor is called as its node in the graph; what a node needs besides carries the node's name and
a dot: "enc0.weight". So every difference between two models has a layer to be named after.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

IR_VERSION = 10
PRODUCER = "fdscs"
QONNX_DOMAIN = "qonnx.custom_op.general"
QONNX_VERSION = 2
FLOAT = TensorProto.FLOAT
Dimensions = Sequence[int | str]


class ModelBuilder:
    """Collects nodes and initialisers; `finish` makes the checked model."""

    def __init__(self, name: str, opset: int) -> None:
        self.name = name
        self.opset = opset
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def constant(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        """Add an initialiser."""
        self.initialisers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def node(
        self, kind: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any
    ) -> str:
        """Add a node that is named after its output."""
        self.nodes.append(
            helper.make_node(kind, list(inputs), [output], output, domain=domain, **attributes)
        )
        return output

    def input(self, name: str, shape: Dimensions, element: int = FLOAT) -> str:
        """Add a graph input; a dimension with a name may be of any size."""
        self.inputs.append(helper.make_tensor_value_info(name, element, shape))
        return name

    def output(self, name: str, shape: Dimensions, element: int = FLOAT) -> None:
        """Make the tensor `name` a graph output."""
        self.outputs.append(helper.make_tensor_value_info(name, element, shape))

    def finish(self, metadata: Mapping[str, str]) -> onnx.ModelProto:
        """The model, checked and with inferred shapes."""
        graph = helper.make_graph(
            self.nodes, self.name, self.inputs, self.outputs, self.initialisers
        )
        opsets = [helper.make_opsetid("", self.opset)]
        if any(node.domain == QONNX_DOMAIN for node in self.nodes):
            opsets.append(helper.make_opsetid(QONNX_DOMAIN, QONNX_VERSION))
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name=PRODUCER
        )
        helper.set_model_props(model, dict(sorted(metadata.items())))
        onnx.checker.check_model(model)
        return model


def initialisers(model: onnx.ModelProto) -> dict[str, NDArray[Any]]:
    """The constants of a model, by name."""
    return {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """The attributes of a node, by name."""
    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def layer_of(tensor: str) -> str:
    """The node of the description that a tensor or constant belongs to."""
    return tensor.split(".")[0]
