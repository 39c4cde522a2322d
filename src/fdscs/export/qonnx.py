"""QONNX of the network: cost and rgb codes in, half-resolution disparity codes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import onnx

from fdscs.export.onnx_model import QONNX_DOMAIN, ModelBuilder
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g
from fdscs.quantization.quantisers import BIAS_BITS, ROUNDING

OPSET = 20
ON_GRID = "ROUND"  # of weights and biases, which are whole numbers already: nothing is rounded
OUTPUT = "disparity_half"


@dataclass(frozen=True)
class Source:
    """What an emitter reads: the frozen graph, its integers, and the image size it is for."""

    graph: g.Graph
    params: Mapping[str, IntArray]
    shapes: Mapping[str, g.Shape]


def acc_frac(source: Source, conv: g.Conv2d) -> IntArray:
    """Fraction bits of the accumulator of `conv`, one a channel."""
    relu = source.graph.relu_of(conv.name)
    assert isinstance(relu, g.Requantise)
    return source.params[relu.shift].astype(np.int32) + relu.format.frac


def weight_frac(source: Source, conv: g.Conv2d) -> IntArray:
    """Fraction bits of the weights of `conv`, one an output channel."""
    return acc_frac(source, conv) - source.graph.format_of(conv.inputs[0]).frac


def real(codes: IntArray, frac: IntArray | int) -> np.ndarray:
    """codes · 2^−frac in float32, exact."""
    return np.ldexp(codes.astype(np.float32), -np.asarray(frac))


def emit_qonnx(
    graph: g.Graph,
    params: Mapping[str, IntArray],
    rows: int,
    columns: int,
    metadata: Mapping[str, str],
) -> onnx.ModelProto:
    """The model for images of `rows` × `columns` pixels, as the description says it must be."""
    source = Source(graph, params, graph.shapes(rows, columns))
    build = ModelBuilder("fdscs", OPSET)
    emit_nodes(build, source, TABLE, _input)
    frac = graph.format_of(graph.output).frac
    one_over_step = build.constant(f"{OUTPUT}.codes_per_px", 2.0**frac)
    build.node("Mul", [graph.output, one_over_step], OUTPUT)
    build.output(OUTPUT, (1, *source.shapes[graph.output]))
    return build.finish(metadata)


def emit_nodes(
    build: ModelBuilder,
    source: Source,
    table: Mapping[type[g.Op], Callable[..., None]],
    emit_input: Callable[[ModelBuilder, Source, str], str],
) -> None:
    """Both inputs, then every node of the network by its function in `table`."""
    tensors = {name: emit_input(build, source, name) for name in ("cost", "rgb")}
    for node in source.graph.of_type(*table):
        inputs = [tensors.get(name, name) for name in node.inputs]
        table[type(node)](build, source, node, *inputs)


def _input(build: ModelBuilder, source: Source, name: str) -> str:
    fmt = source.graph.format_of(name)
    tensor = build.input(name, (1, *source.shapes[name]))
    if fmt.frac:
        step = build.constant(f"{name}.step", fmt.step)
        tensor = build.node("Mul", [tensor, step], f"{name}.real")
    return _quantise(build, tensor, f"{name}.quant", fmt.step, fmt.bits, fmt.signed)


def _quantise(
    build: ModelBuilder,
    x: str,
    output: str,
    step: object,
    bits: int,
    signed: bool,
    narrow: bool = False,
    rounding: str = ROUNDING,
) -> str:
    constants = [
        build.constant(f"{output}.step", step),
        build.constant(f"{output}.zero", 0.0),
        build.constant(f"{output}.bits", float(bits)),
    ]
    return build.node(
        "Quant",
        [x, *constants],
        output,
        QONNX_DOMAIN,
        rounding_mode=rounding,
        signed=int(signed),
        narrow=int(narrow),
    )


def _conv2d(build: ModelBuilder, source: Source, conv: g.Conv2d, x: str) -> None:
    w_frac = weight_frac(source, conv).reshape(-1, 1, 1, 1)
    b_frac = acc_frac(source, conv)
    one = np.ones(1, np.int32)
    weight = build.constant(conv.weight, real(source.params[conv.weight], w_frac))
    bias = build.constant(conv.bias, real(source.params[conv.bias], b_frac))
    weight = _quantise(
        build,
        weight,
        f"{conv.weight}.quant",
        real(one, w_frac),
        conv.weight_bits,
        True,
        True,
        ON_GRID,
    )
    bias = _quantise(build, bias, f"{conv.bias}.quant", real(one, b_frac), BIAS_BITS, True)
    margin = conv.kernel // 2
    build.node(
        "Conv",
        [x, weight, bias],
        conv.name,
        auto_pad="NOTSET",
        dilations=[1, 1],
        group=1,
        kernel_shape=[conv.kernel] * 2,
        pads=[margin] * 4,
        strides=[1, 1],
    )


def _requantise(build: ModelBuilder, source: Source, relu: g.Requantise, x: str) -> None:
    positive = build.node("Relu", [x], f"{relu.name}.positive")
    _quantise(build, positive, relu.name, relu.format.step, relu.format.bits, False)


def concat(build: ModelBuilder, source: Source, node: g.Concat, x: str, y: str) -> None:
    """Channels of x, then of y."""
    build.node("Concat", [x, y], node.name, axis=1)


def max_pool(build: ModelBuilder, source: Source, node: g.MaxPool, x: str) -> None:
    """2×2 maximum."""
    build.node(
        "MaxPool",
        [x],
        node.name,
        auto_pad="NOTSET",
        ceil_mode=0,
        dilations=[1, 1],
        kernel_shape=[2, 2],
        pads=[0] * 4,
        storage_order=0,
        strides=[2, 2],
    )


def depth_to_space(build: ModelBuilder, source: Source, node: g.DepthToSpace, x: str) -> None:
    """Block-major, which ONNX calls DCR."""
    build.node("DepthToSpace", [x], node.name, blocksize=2, mode="DCR")


def reflect_pad(build: ModelBuilder, source: Source, node: g.ReflectPad, x: str) -> None:
    """Mirrored borders; a node even where this size needs none, so that all sizes look alike."""
    top, bottom, left, right = node.pads(*source.shapes[node.inputs[0]][1:])
    pads = build.constant(f"{node.name}.pads", [0, 0, top, left, 0, 0, bottom, right], np.int64)
    build.node("Pad", [x, pads], node.name, mode="reflect")


def crop(build: ModelBuilder, source: Source, node: g.Crop, x: str, like: str) -> None:
    """Take off what reflect_pad added."""
    (_, rows, columns), (_, padded_rows, padded_columns) = (
        source.shapes[node.name],
        source.shapes[node.inputs[0]],
    )
    top, left = (padded_rows - rows) // 2, (padded_columns - columns) // 2
    constants = [
        build.constant(f"{node.name}.starts", [top, left], np.int64),
        build.constant(f"{node.name}.ends", [top + rows, left + columns], np.int64),
        build.constant(f"{node.name}.axes", [2, 3], np.int64),
    ]
    build.node("Slice", [x, *constants], node.name)


TABLE: dict[type[g.Op], Callable[..., None]] = {
    g.Conv2d: _conv2d,
    g.Requantise: _requantise,
    g.Concat: concat,
    g.MaxPool: max_pool,
    g.DepthToSpace: depth_to_space,
    g.ReflectPad: reflect_pad,
    g.Crop: crop,
}
