"""The network in standard ONNX, exact in float32 whatever a runtime fuses.

Tensors are integer codes. A layer is Conv → Mul by a power of two → Floor → Clip: the accumulator
with the half of its rounding in the bias, shifted right, saturated. Every weight, bias and partial
sum is an integer below 2^24, and stays one times a power of two where an optimiser multiplies the
weights instead, so every order of summation and every fusion gives the same bits. QuantizeLinear,
which runtimes replace by integer kernels with a rounding of their own, is not used; the file's name
is from when it was.
"""

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from onnx import TensorProto

from fdscs.export.onnx_model import FLOAT, ModelBuilder
from fdscs.export.qonnx import (
    OUTPUT,
    Source,
    concat,
    crop,
    depth_to_space,
    emit_nodes,
    max_pool,
    reflect_pad,
)
from fdscs.hls_reference.fixed_point import IntArray, dtype_of
from fdscs.model import graph as g

OPSET = 17
ELEMENT = {
    np.dtype(np.uint8): TensorProto.UINT8,
    np.dtype(np.int8): TensorProto.INT8,
    np.dtype(np.uint16): TensorProto.UINT16,
    np.dtype(np.int16): TensorProto.INT16,
}


def emit_qcdq(
    graph: g.Graph,
    params: Mapping[str, IntArray],
    rows: int,
    columns: int,
    metadata: Mapping[str, str],
) -> onnx.ModelProto:
    """The model for images of `rows` × `columns` pixels; integer codes in and out."""
    source = Source(graph, params, graph.shapes(rows, columns))
    build = ModelBuilder("fdscs", OPSET)
    emit_nodes(build, source, TABLE, _input)
    fmt = graph.format_of(graph.output)
    element = ELEMENT[dtype_of(fmt.bits, fmt.signed)]
    build.node("Cast", [graph.output], OUTPUT, to=element)
    build.output(OUTPUT, (1, *source.shapes[graph.output]), element)
    return build.finish(metadata)


def half(source: Source, conv: g.Conv2d) -> IntArray:
    """Half of what each channel's shift takes away, in accumulator steps: it is in the bias."""
    return (1 << source.params[conv.shift].astype(np.int64)) >> 1


def _input(build: ModelBuilder, source: Source, name: str) -> str:
    fmt = source.graph.format_of(name)
    element = ELEMENT[dtype_of(fmt.bits, fmt.signed)]
    codes = build.input(name, (1, *source.shapes[name]), element)
    return build.node("Cast", [codes], f"{name}.codes", to=FLOAT)


def conv2d(build: ModelBuilder, source: Source, conv: g.Conv2d, x: str) -> None:
    """The accumulator and the half of its rounding; weights are stored in 8 or 16 bits."""
    codes = build.constant(
        conv.weight, source.params[conv.weight], dtype_of(conv.weight_bits, True)
    )
    weight = build.node("Cast", [codes], f"{conv.weight}.codes", to=FLOAT)
    bias = build.constant(conv.bias, source.params[conv.bias].astype(np.int64) + half(source, conv))
    build.node(
        "Conv",
        [x, weight, bias],
        conv.name,
        dilations=[1, 1],
        group=1,
        kernel_shape=[conv.kernel] * 2,
        pads=[conv.kernel // 2] * 4,
        strides=[1, 1],
    )


def requantise(build: ModelBuilder, source: Source, relu: g.Requantise, x: str) -> None:
    """Shift right by a power of two a channel, floor, saturate; the lower limit is the ReLU."""
    shift = source.params[relu.shift].reshape(1, -1, 1, 1).astype(np.int32)
    step = build.constant(relu.shift, np.ldexp(np.float32(1), -shift))
    shifted = build.node("Mul", [x, step], f"{relu.name}.shifted")
    whole = build.node("Floor", [shifted], f"{relu.name}.floor")
    least = build.constant(f"{relu.name}.min", relu.format.min)
    most = build.constant(f"{relu.name}.max", relu.format.max)
    build.node("Clip", [whole, least, most], relu.name)


TABLE: dict[type[g.Op], Callable[..., None]] = {
    g.Conv2d: conv2d,
    g.Requantise: requantise,
    g.Concat: concat,
    g.MaxPool: max_pool,
    g.DepthToSpace: depth_to_space,
    g.ReflectPad: reflect_pad,
    g.Crop: crop,
}
