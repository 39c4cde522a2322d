"""The whole datapath in standard ONNX, exact in float32: two pictures in, disparity in pixels out.

Tensors hold the codes of `docs/datapath.md`, but for the census: 24 planes of one bit, since ONNX
counts no ones in a word. Nothing here leaves the integers that float32 holds: luma is below 2^18.
"""

from collections.abc import Callable, Mapping

import numpy as np
import onnx

from fdscs.export import qcdq
from fdscs.export.onnx_model import ModelBuilder
from fdscs.export.pictures import Layout, census, costs, crop, picture, reflect_pad, upsample
from fdscs.export.qonnx import Source
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g

NO_LUMA = 1 << 20  # beyond every luma


def emit_pixels(
    graph: g.Graph, params: Mapping[str, IntArray], layout: Layout, metadata: Mapping[str, str]
) -> onnx.ModelProto:
    """The model for pictures of any size: uint8 `left` and `right` in, float32 disparity out."""
    source = Source(graph, params, {})
    build = ModelBuilder("fdscs", qcdq.OPSET)
    for node in graph.nodes:
        if isinstance(node, g.Image):
            picture(build, node.name, layout)
        else:
            TABLE[type(node)](build, source, node, *node.inputs)
    return build.finish(metadata)


def _block_sum(build: ModelBuilder, source: Source, node: g.BlockSum, view: str) -> None:
    ones = build.constant(f"{node.name}.ones", np.ones((3, 1, 2, 2)))
    build.node(
        "Conv", [f"{view}.even", ones], node.name, group=3, kernel_shape=[2, 2], strides=[2, 2]
    )


def _colour_mix(build: ModelBuilder, source: Source, node: g.ColourMix, sums: str) -> None:
    """A floor, not a cut: U and V are signed."""
    name = node.name
    weight = build.constant(f"{name}.mix", np.reshape(node.coefficients, (1, 3, 1, 1)))
    half = build.constant(f"{name}.half", [(1 << node.shift) >> 1])
    total = build.node("Conv", [sums, weight, half], f"{name}.total", kernel_shape=[1, 1])
    step = build.constant(f"{name}.step", 2.0**-node.shift)
    build.node("Floor", [build.node("Mul", [total, step], f"{name}.shifted")], name)


def _centred_rgb(build: ModelBuilder, source: Source, node: g.CentredRgb, sums: str) -> None:
    bits = node.format.bits
    step = build.constant(f"{node.name}.step", 2.0 ** (bits - 10))
    grey = build.constant(f"{node.name}.grey", 1 << (bits - 1))
    shifted = build.node("Mul", [sums, step], f"{node.name}.shifted")
    whole = build.node("Floor", [shifted], f"{node.name}.floor")
    build.node("Sub", [whole, grey], node.name)


def _census(build: ModelBuilder, source: Source, node: g.Census, luma: str) -> None:
    census(build, node.name, luma, NO_LUMA)


def _cost_volume(build: ModelBuilder, source: Source, node: g.CostVolume, *maps: str) -> None:
    left, right = (
        build.node("Concat", list(maps[k::2]), f"{node.name}.{view}", axis=1)
        for k, view in enumerate(("left", "right"))
    )
    found = costs(build, node.name, left, right, node.disparities)
    most = np.tile(node.maxima(), node.disparities).reshape(1, -1, 1, 1)
    build.node("Min", [found, build.constant(f"{node.name}.max", most)], node.name)


def _upsample(build: ModelBuilder, source: Source, node: g.Upsample, half: str, _: str) -> None:
    upsample(build, node.name, half, 4, 1 << node.format.frac, node.format.step)


TABLE: dict[type[g.Op], Callable[..., None]] = {
    **qcdq.TABLE,
    g.BlockSum: _block_sum,
    g.ColourMix: _colour_mix,
    g.CentredRgb: _centred_rgb,
    g.Census: _census,
    g.CostVolume: _cost_volume,
    g.ReflectPad: reflect_pad,
    g.Crop: crop,
    g.Upsample: _upsample,
}
