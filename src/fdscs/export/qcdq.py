"""The network in standard ONNX: QuantizeLinear, Clip, DequantizeLinear around float convolutions.

QuantizeLinear rounds half to even, the hardware rounds half up. An accumulator is a whole number of
steps, so half an accumulator step more can never lie on a tie, and rounds as the tie has to: the
bias carries that half wherever there is something to shift out.
"""

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from onnx import TensorProto

from fdscs.export.onnx_model import ModelBuilder
from fdscs.export.qonnx import (
    OUTPUT,
    Source,
    acc_frac,
    concat,
    crop,
    depth_to_space,
    emit_nodes,
    max_pool,
    real,
    reflect_pad,
    weight_frac,
)
from fdscs.hls_reference.fixed_point import IntArray, dtype_of
from fdscs.model import graph as g

OPSET = 21  # the first with 16-bit QuantizeLinear
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
    build.output(OUTPUT, source.shapes[graph.output], ELEMENT[dtype_of(fmt.bits, fmt.signed)])
    return build.finish(metadata)


def bias_half_steps(source: Source, conv: g.Conv2d) -> IntArray:
    """The half accumulator step that the bias carries, in half steps: 1, or 0 for a shift of 0."""
    return (source.params[conv.shift] > 0).astype(np.int64)


def _input(build: ModelBuilder, source: Source, name: str) -> str:
    fmt = source.graph.format_of(name)
    element = ELEMENT[dtype_of(fmt.bits, fmt.signed)]
    codes = build.input(name, source.shapes[name], element)
    return _dequantise(build, codes, f"{name}.real", fmt)


def _dequantise(build: ModelBuilder, codes: str, output: str, fmt: g.Format) -> str:
    step = build.constant(f"{output}.step", fmt.step)
    zero = build.constant(f"{output}.zero", 0, dtype_of(fmt.bits, fmt.signed))
    return build.node("DequantizeLinear", [codes, step, zero], output)


def _conv2d(build: ModelBuilder, source: Source, conv: g.Conv2d, x: str) -> None:
    codes = build.constant(
        conv.weight, source.params[conv.weight], dtype_of(conv.weight_bits, True)
    )
    one = np.ones(1, np.int32)
    step = build.constant(f"{conv.weight}.step", real(one, weight_frac(source, conv)))
    zero = build.constant(
        f"{conv.weight}.zero", np.zeros(conv.channels), dtype_of(conv.weight_bits, True)
    )
    weight = build.node("DequantizeLinear", [codes, step, zero], f"{conv.weight}.real", axis=0)
    halves = 2 * source.params[conv.bias].astype(np.int64) + bias_half_steps(source, conv)
    bias = build.constant(conv.bias, real(halves, acc_frac(source, conv) + 1))
    margin = conv.kernel // 2
    build.node(
        "Conv",
        [x, weight, bias],
        conv.name,
        dilations=[1, 1],
        group=1,
        kernel_shape=[conv.kernel] * 2,
        pads=[margin] * 4,
        strides=[1, 1],
    )


def _requantise(build: ModelBuilder, source: Source, relu: g.Requantise, x: str) -> None:
    fmt, dtype = relu.format, dtype_of(relu.format.bits, False)
    fills_dtype = fmt.bits == 8 * dtype.itemsize
    x = build.node("Relu", [x], f"{relu.name}.positive")
    if not fills_dtype and dtype == np.uint16:  # ONNX Runtime has no Clip of 16-bit integers
        most = build.constant(f"{relu.name}.max", fmt.max * fmt.step)
        x = build.node("Clip", [x, "", most], f"{relu.name}.clipped")
    step = build.constant(f"{relu.name}.step", fmt.step)
    zero = build.constant(f"{relu.name}.zero", 0, dtype)
    last = relu.name == source.graph.output
    codes = OUTPUT if last else f"{relu.name}.codes"
    codes = build.node("QuantizeLinear", [x, step, zero], codes)
    if not fills_dtype and dtype == np.uint8:
        most = build.constant(f"{relu.name}.max", fmt.max, dtype)
        codes = build.node("Clip", [codes, "", most], f"{relu.name}.clipped")
    if not last:
        build.node("DequantizeLinear", [codes, step, zero], relu.name)


TABLE: dict[type[g.Op], Callable[..., None]] = {
    g.Conv2d: _conv2d,
    g.Requantise: _requantise,
    g.Concat: concat,
    g.MaxPool: max_pool,
    g.DepthToSpace: depth_to_space,
    g.ReflectPad: reflect_pad,
    g.Crop: crop,
}
