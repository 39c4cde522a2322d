"""FINN's graph as plain data, for timing, FIFO depths and estimates."""

import re
from typing import Any

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from fdscs.accelerator.finn.nodes import FinnGraph, Node, Stream

SUFFIXES = {
    "FMPadding": "padded",
    "ConvolutionInputGenerator": "window",
    "DuplicateStreams": "copy",
    "StreamingDataWidthConverter": "words",
    "StreamingFIFO": "fifo",
}
RANDOM = re.compile("[0-9A-Za-z]{6}")  # what qonnx makes up
STYLES = ("_hls", "_rtl")
Shape = tuple[int, ...]


def kind_of(node: NodeProto) -> str:
    """A node's operator, without the suffix of its implementation in HLS or RTL."""
    return str(node.op_type).removesuffix(STYLES[0]).removesuffix(STYLES[1])


def data_inputs(model: ModelWrapper, node: NodeProto) -> list[str]:
    """The inputs that are streams: all that are not constants."""
    return [name for name in node.input if model.get_initializer(name) is None]


def name_streams(model: ModelWrapper) -> ModelWrapper:
    """`model` with streams that FINN has given random names named after what they were before.

    Those of our network keep their names, which have no dot: "u2_5_relu", "u2_5_relu.copy0".
    """
    for node in model.graph.node:
        for place, name in enumerate(node.output):
            if RANDOM.fullmatch(name):
                suffix = SUFFIXES[kind_of(node)] + (str(place) if len(node.output) > 1 else "")
                model.rename_tensor(name, f"{node.input[0]}.{suffix}")
    return model


def layers_of(model: ModelWrapper) -> dict[str, str]:
    """By FINN layer, the tensor of our network that it makes or helps to make."""
    found: dict[str, str] = {}
    for node in reversed(model.graph.node):
        name = node.output[0]
        readers = model.find_consumers(name)
        found[node.name] = found[readers[0].name] if "." in name and readers else name
    return found


def to_graph(model: ModelWrapper) -> FinnGraph:
    """Nodes and streams of `model`, a dataflow partition with its folding.

    The first node stands for the front end, which makes both of the partition's inputs in step.
    """
    nodes, streams = [], {}
    for node in model.graph.node:
        op = getCustomOp(node)
        inputs = data_inputs(model, node)
        for place, name in enumerate(inputs):
            if name not in streams:  # an input of the partition
                streams[name] = _stream(
                    name, op.get_folded_input_shape(place), op.get_input_datatype(place)
                )
        for place, name in enumerate(node.output):
            streams[name] = _stream(
                name, op.get_folded_output_shape(place), op.get_output_datatype(place)
            )
        sizes = (op.get_normal_input_shape(), op.get_normal_output_shape())
        nodes.append(
            Node(
                node.name, kind_of(node), tuple(inputs), tuple(node.output),
                *(_rows_and_columns(tuple(size)) for size in sizes), _values(model, node, op),
            )
        )  # fmt: skip
    made = tuple(name for name in streams if name in {each.name for each in model.graph.input})
    size = nodes[0].size
    front_end = Node("front_end", "FrontEnd", (), made, size, size)
    return FinnGraph((front_end, *nodes), streams)


def _stream(name: str, folded: Shape, kind: Any) -> Stream:
    """(1, rows, columns, words, lanes), or with more axes before the words in a shuffle."""
    lanes = int(folded[-1])
    rows, columns = int(folded[1]), int(folded[2])
    words = int(np.prod(folded[3:-1]))
    return Stream(name, kind.bitwidth(), lanes, words, rows * columns)


def _rows_and_columns(shape: Shape) -> tuple[int, int]:
    return int(shape[1]), int(shape[2])


def _values(model: ModelWrapper, node: NodeProto, op: Any) -> dict[str, Any]:
    get = op.get_nodeattr
    kind = kind_of(node)
    if kind == "MVAU":
        return {
            "inputs": get("MW"), "outputs": get("MH"), "simd": get("SIMD"), "pe": get("PE"),
            "weight_bits": op.get_input_datatype(1).bitwidth(),
            "code_bits": op.get_input_datatype(0).bitwidth(),
            "acc_bits": op.get_output_datatype().bitwidth(),
        }  # fmt: skip
    if kind == "ConvolutionInputGenerator":
        return {
            "kernel": get("ConvKernelDim")[0], "stride": get("Stride")[0], "lanes": get("SIMD"),
            "channels": get("IFMChannels"),
        }  # fmt: skip
    if kind in ("FMPadding", "ReflectPad"):
        return {"padding": [int(each) for each in get("Padding")]}
    if kind == "Crop":
        sides = ("CropNorth", "CropWest", "CropSouth", "CropEast")
        return {"padding": [get(side) for side in sides]}
    if kind == "Requant":
        scales = model.get_initializer(node.input[1])
        return {
            "channels": get("NumChannels"), "pe": get("PE"), "shifts": len(np.unique(scales)),
        }  # fmt: skip
    return {}
