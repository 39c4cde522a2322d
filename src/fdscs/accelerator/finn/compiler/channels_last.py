"""Channels last: the order in which FINN streams a pixel, and convolutions as matrix products.

The graph is rewritten as a whole, so no transposition is ever needed. A convolution becomes the
sliding window (Im2Col) and a product with the weights in the window's order: row, column, channel.
Depth-to-space in ONNX's order DCR is block-major, which leaves the channels in place: rows and
columns of the blocks alone change places.
"""

from collections.abc import Callable

import numpy as np
from onnx import NodeProto, TensorProto, helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from fdscs.accelerator.finn.compiler.codes import QONNX, attribute
from fdscs.storage.errors import BadInput

LAYOUT = ["N", "H", "W", "C"]


def to_channels_last(model: ModelWrapper) -> ModelWrapper:
    """`model`, in integers, with every tensor (1, rows, columns, channels), inputs and output too.

    Raises BadInput for an operator that has no form here.
    """
    before = {name: list(model.get_tensor_shape(name)) for name in _feature_maps(model)}
    nodes = list(model.graph.node)
    del model.graph.node[:]
    for node in nodes:
        if node.op_type not in TABLE:
            raise BadInput(
                f"{node.op_type} {node.name}: has no channels-last form; "
                "make the model with `fdscs export`."
            )
        model.graph.node.extend(TABLE[node.op_type](model, node, before[node.input[0]]))
    for name, (batch, channels, rows, columns) in before.items():
        model.set_tensor_shape(name, [batch, rows, columns, channels])
        model.set_tensor_layout(name, LAYOUT)
    return model


def _feature_maps(model: ModelWrapper) -> list[str]:
    inputs = [each.name for each in model.graph.input]
    return inputs + [name for node in model.graph.node for name in node.output]


def _conv(model: ModelWrapper, node: NodeProto, shape: list[int]) -> list[NodeProto]:
    source, weight = node.input
    codes = model.get_initializer(weight)  # (out, in, rows, columns)
    kernel, kind = codes.shape[2], model.get_tensor_datatype(weight)
    model.set_initializer(weight, codes.transpose(2, 3, 1, 0).reshape(-1, codes.shape[0]).copy())
    model.set_tensor_datatype(weight, kind)
    product = helper.make_node("MatMul", [source, weight], list(node.output), name=node.name)
    if kernel == 1:
        return [product]
    _, channels, rows, columns = shape
    window = f"{node.output[0]}.window"
    pads = attribute(node, "pads")
    sliding = helper.make_node(
        "Im2Col", [source], [window], name=f"{node.name}_window", domain=QONNX,
        stride=[1, 1], kernel_size=[kernel, kernel], pad_amount=pads, dilations=[1, 1],
        input_shape=str((1, rows, columns, channels)),
    )  # fmt: skip
    _annotate(model, window, [1, rows, columns, kernel**2 * channels], source)
    model.set_tensor_layout(window, LAYOUT)
    product.input[0] = window
    return [sliding, product]


def _thresholds(model: ModelWrapper, node: NodeProto, shape: list[int]) -> list[NodeProto]:
    getCustomOp(node).set_nodeattr("data_layout", "NHWC")
    return [node]


def _concat(model: ModelWrapper, node: NodeProto, shape: list[int]) -> list[NodeProto]:
    made = helper.make_node("Concat", list(node.input), list(node.output), name=node.name, axis=-1)
    return [made]


def _max_pool(model: ModelWrapper, node: NodeProto, shape: list[int]) -> list[NodeProto]:
    attributes = {name: attribute(node, name) for name in ("kernel_shape", "pads", "strides")}
    made = helper.make_node(
        "MaxPoolNHWC", list(node.input), list(node.output), name=node.name, domain=QONNX,
        **attributes,
    )  # fmt: skip
    return [made]


def _depth_to_space(model: ModelWrapper, node: NodeProto, shape: list[int]) -> list[NodeProto]:
    block, (_, channels, rows, columns) = attribute(node, "blocksize"), shape
    if attribute(node, "mode") != b"DCR":
        raise BadInput(
            f"DepthToSpace {node.name}: its mode is not DCR; make the model with `fdscs export`."
        )
    deep = channels // block**2
    blocks = [1, rows, columns, block, block, deep]
    order = [0, 1, 3, 2, 4, 5]
    source, (output,) = node.input[0], node.output
    names = [f"{output}.{what}" for what in ("blocks", "rows")]
    for name, size in zip(names, (blocks, [blocks[i] for i in order]), strict=True):
        _annotate(model, name, size, source)
    for what, size in (("shape", blocks), ("full", [1, rows * block, columns * block, deep])):
        model.set_initializer(f"{output}.{what}", np.array(size, np.int64))
    return [
        helper.make_node("Reshape", [source, f"{output}.shape"], names[:1], name=f"{output}_in"),
        helper.make_node("Transpose", names[:1], names[1:], name=output, perm=order),
        helper.make_node("Reshape", [names[1], f"{output}.full"], [output], name=f"{output}_out"),
    ]


def _pad(model: ModelWrapper, node: NodeProto, shape: list[int]) -> list[NodeProto]:
    begin, end = np.split(model.get_initializer(node.input[1]), 2)
    order = [0, 2, 3, 1]
    model.set_initializer(node.input[1], np.concatenate([begin[order], end[order]]))
    return [node]


def _slice(model: ModelWrapper, node: NodeProto, shape: list[int]) -> list[NodeProto]:
    model.set_initializer(node.input[3], model.get_initializer(node.input[3]) - 1)
    return [node]


def _annotate(model: ModelWrapper, name: str, shape: list[int], like: str) -> None:
    kind = model.get_tensor_datatype(like)
    model.graph.value_info.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    model.set_tensor_datatype(name, DataType[kind.name])


TABLE: dict[str, Callable[[ModelWrapper, NodeProto, list[int]], list[NodeProto]]] = {
    "Conv": _conv,
    "MultiThreshold": _thresholds,
    "Concat": _concat,
    "MaxPool": _max_pool,
    "DepthToSpace": _depth_to_space,
    "Pad": _pad,
    "Slice": _slice,
}
