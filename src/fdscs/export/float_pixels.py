"""The float network in standard ONNX, from two pictures to disparity: no fixed point in it.

Front and back end are those of `fdscs.model.front_end` and `fdscs.model.back_end`, luma in the same
order of roundings, which census depends on. Convolutions round as each runtime does, so disparity
agrees with PyTorch's to a small fraction of a pixel, not bit for bit.
"""

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto

from fdscs.export import pictures
from fdscs.export.onnx_model import FLOAT, ModelBuilder
from fdscs.export.pictures import Layout, picture
from fdscs.export.qcdq import OPSET
from fdscs.export.qonnx import Source, concat, depth_to_space, max_pool
from fdscs.model import graph as g
from fdscs.model.config import Architecture
from fdscs.model.fdscs import COST_MEAN, COST_SCALE, build_graph
from fdscs.model.front_end import RGB_TO_YUV

OUTSIDE = 1e9  # beyond every luma, which is at most 1; infinity times a weight of 0 is no number
DOUBLE = TensorProto.DOUBLE


def emit_float(
    architecture: Architecture,
    tensors: Mapping[str, NDArray[np.float32]],
    layout: Layout,
    metadata: Mapping[str, str],
) -> onnx.ModelProto:
    """The model for pictures of any size: uint8 `left` and `right` in, float32 disparity out.

    `tensors` are folded weights and biases, "enc0.weight", ….
    """
    graph = build_graph(architecture)
    build = ModelBuilder("fdscs", OPSET)
    source = Source(graph, tensors, {})
    maps = [_maps(build, view, picture(build, view, layout)) for view in ("left", "right")]
    disparities = architecture.disparities
    _normalised(build, pictures.costs(build, "cost", *maps, disparities), disparities)
    for node in graph.of_type(*TABLE):
        if node.name == graph.output:
            _disparity(build, architecture, *node.inputs, node.name)
        else:
            TABLE[type(node)](build, source, node, *node.inputs)
    pictures.upsample(build, "disparity", graph.output, 1, 1, 1)
    return build.finish(metadata)


def _maps(build: ModelBuilder, view: str, even: str) -> str:
    """Comparisons, U and V of a view, (N, 26, h, w); of the left one its colours `rgb` too."""
    average = _block_average(build, view, even)
    if view == "left":
        two, one = (build.constant(f"rgb.{what}", x) for what, x in (("two", 2), ("one", 1)))
        build.node("Sub", [build.node("Mul", [average, two], "rgb.doubled"), one], "rgb")
    y, u, v = _yuv(build, view, average)
    planes = pictures.census(build, f"{view}_census", y, OUTSIDE)
    return build.node("Concat", [planes, u, v], f"{view}.maps", axis=1)


def _block_average(build: ModelBuilder, view: str, even: str) -> str:
    """(N, 3, 2h, 2w), 0 … 255 → (N, 3, h, w), 0 … 1, summed in the float network's order."""
    name = f"{view}_sum"
    pixels = build.node("Div", [even, build.constant(f"{name}.most", 255)], f"{name}.unit")
    ends = build.constant(f"{name}.ends", [pictures.LAST] * 2, np.int64)
    axes = build.constant(f"{name}.axes", [2, 3], np.int64)
    steps = build.constant(f"{name}.steps", [2, 2], np.int64)
    total = ""
    for corner in ((0, 0), (0, 1), (1, 0), (1, 1)):
        here = f"{name}.{corner[0]}{corner[1]}"
        start = build.constant(f"{here}.start", corner, np.int64)
        part = build.node("Slice", [pixels, start, ends, axes, steps], here)
        total = build.node("Add", [total, part], f"{here}.total") if total else part
    return build.node("Mul", [total, build.constant(f"{name}.quarter", 0.25)], name)


def _yuv(build: ModelBuilder, view: str, average: str) -> list[str]:
    """Y, U and V, (N, 1, h, w) each: products in double, sums rounded to float one by one."""
    wide = build.node("Cast", [average], f"{view}_sum.double", to=DOUBLE)
    colours = []
    for k, name in enumerate(("red", "green", "blue")):
        at = build.constant(f"{view}_{name}.at", [k], np.int64)
        colours.append(build.node("Gather", [wide, at], f"{view}_{name}", axis=1))
    return [
        _mix(build, f"{view}_{name}", colours, weights)
        for name, weights in zip("yuv", RGB_TO_YUV, strict=True)
    ]


def _mix(build: ModelBuilder, name: str, colours: list[str], weights: tuple[float, ...]) -> str:
    total = ""
    for k, (colour, weight) in enumerate(zip(colours, weights, strict=True)):
        factor = build.constant(f"{name}.{k}.weight", np.float32(weight), np.float64)
        exact = build.node("Mul", [colour, factor], f"{name}.{k}.product")
        if total:
            before = build.node("Cast", [total], f"{name}.{k}.before", to=DOUBLE)
            exact = build.node("Add", [before, exact], f"{name}.{k}.sum")
        total = build.node("Cast", [exact], name if k == 2 else f"{name}.{k}", to=FLOAT)
    return total


def _normalised(build: ModelBuilder, costs: str, disparities: int) -> None:
    """`cost`: the published normalisation."""
    mean, scale = (
        build.constant(f"cost.{what}", np.tile(values, disparities).reshape(1, -1, 1, 1))
        for what, values in (("mean", COST_MEAN), ("scale", COST_SCALE))
    )
    build.node("Mul", [build.node("Sub", [costs, mean], "cost.centred"), scale], "cost")


def _conv2d(build: ModelBuilder, source: Source, conv: g.Conv2d, x: str) -> None:
    constants = [build.constant(name, source.params[name]) for name in (conv.weight, conv.bias)]
    build.node(
        "Conv", [x, *constants], conv.name, kernel_shape=[conv.kernel] * 2,
        pads=[conv.kernel // 2] * 4,
    )  # fmt: skip


def _relu(build: ModelBuilder, source: Source, relu: g.Requantise, x: str) -> None:
    build.node("Relu", [x], relu.name)


def _disparity(build: ModelBuilder, architecture: Architecture, out: str, name: str) -> None:
    """relu(scale · out + offset), px."""
    scale = build.constant(f"{name}.scale", architecture.output_scale)
    offset = build.constant(f"{name}.offset", architecture.output_offset)
    scaled = build.node("Mul", [out, scale], f"{name}.scaled")
    build.node("Relu", [build.node("Add", [scaled, offset], f"{name}.sum")], name)


TABLE: dict[type[g.Op], Callable[..., None]] = {
    g.Conv2d: _conv2d,
    g.Requantise: _relu,
    g.Concat: concat,
    g.MaxPool: max_pool,
    g.DepthToSpace: depth_to_space,
    g.ReflectPad: pictures.reflect_pad,
    g.Crop: pictures.crop,
}
