"""A single layer out of an exported model."""

from collections.abc import Sequence

import onnx
from onnx import helper

from fdscs.export.onnx_model import FLOAT
from fdscs.model.graph import Shape
from fdscs.storage.errors import BadInput


def layer_model(
    model: onnx.ModelProto, conv: str, taps: Sequence[str], shape: Shape
) -> tuple[onnx.ModelProto, str]:
    """What makes the tensors `taps` from the real values that `conv` reads, and their name.

    Raises BadInput where the model has no such convolution.
    """
    makers = {output: node for node in model.graph.node for output in node.output}
    if conv not in makers or makers[conv].op_type != "Conv":
        raise BadInput(f"{conv}: is no convolution of the exported model; export again.")
    source = makers[conv].input[0]
    needed, waiting = {source}, list(taps)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += makers[name].input if name in makers else []
    graph = helper.make_graph(
        [node for node in model.graph.node if needed.intersection(node.output) - {source}],
        conv,
        [helper.make_tensor_value_info(source, FLOAT, (1, *shape))],
        [helper.make_tensor_value_info(name, element_of(model, name), None) for name in taps],
        [each for each in model.graph.initializer if each.name in needed],
    )
    part = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    return part, source


def element_of(model: onnx.ModelProto, name: str) -> int:
    """Element type of a tensor: that of the output of this name, else float."""
    types = {each.name: each.type.tensor_type.elem_type for each in model.graph.output}
    return types.get(name, FLOAT)
