"""An exported model for another image size: only its input shapes, pads and crops change."""

import onnx
from onnx import numpy_helper

from fdscs.export.onnx_model import initialisers
from fdscs.model.graph import Crop, Graph, ReflectPad


def resized(model: onnx.ModelProto, expected: onnx.ModelProto, graph: Graph) -> onnx.ModelProto:
    """A copy of `model` with the sizes of `expected`; every other constant stays its own."""
    sizes = {
        name: value
        for name, value in initialisers(expected).items()
        if name.split(".")[0] in {node.name for node in graph.of_type(ReflectPad, Crop)}
    }
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for constant in copy.graph.initializer:
        if constant.name in sizes:
            constant.CopyFrom(numpy_helper.from_array(sizes[constant.name], constant.name))
    for kind in ("input", "output"):
        ports = {each.name: each for each in getattr(copy.graph, kind)}
        for value in getattr(expected.graph, kind):
            if value.name in ports:
                ports[value.name].CopyFrom(value)
    del copy.graph.value_info[:]
    return copy
