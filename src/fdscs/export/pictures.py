"""What models from pictures to disparity are made of, for pictures of any size.

All of it is standard ONNX; sizes are computed in the model. Pictures are uint8 RGB, batches of any
length, N×H×W×3 ("nhwc") or N×3×H×W ("nchw").
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from onnx import TensorProto

from fdscs.export.onnx_model import FLOAT, ModelBuilder
from fdscs.export.qonnx import Source
from fdscs.model import graph as g

Layout = Literal["nhwc", "nchw"]
DIMENSIONS: dict[Layout, Sequence[str | int]] = {
    "nhwc": ("N", "H", "W", 3),
    "nchw": ("N", 3, "H", "W"),
}
PARITY = "left.parity"  # rows and columns that an odd size lacks, 0 or 1 each
DISPARITY_PX = "disparity_px"
LAST = np.iinfo(np.int64).max  # as the end of a slice: the size, whatever it is
NEIGHBOURS = [(y, x) for y in range(5) for x in range(5) if (y, x) != (2, 2)]
MAPS = len(NEIGHBOURS) + 2  # comparisons, U and V


def picture(build: ModelBuilder, view: str, layout: Layout) -> str:
    """Input `view` as `view`.even, float (N, 3, 2h, 2w): an odd size repeats the first line."""
    pixels = build.input(view, DIMENSIONS[layout], TensorProto.UINT8)
    if layout == "nhwc":
        pixels = build.node("Transpose", [pixels], f"{view}.nchw", perm=[0, 3, 1, 2])
    size = build.node("Shape", [pixels], f"{view}.size", start=2)
    two = build.constant(f"{view}.two", [2], np.int64)
    parity = build.node("Mod", [size, two], f"{view}.parity")
    before = build.constant(f"{view}.before", [0, 0], np.int64)
    after = build.constant(f"{view}.after", [0, 0, 0, 0], np.int64)
    pads = build.node("Concat", [before, parity, after], f"{view}.pads", axis=0)
    real = build.node("Cast", [pixels], f"{view}.real", to=FLOAT)
    return build.node("Pad", [real, pads], f"{view}.even", mode="edge")


def census(build: ModelBuilder, name: str, luma: str, outside: float) -> str:
    """24 planes, 1 where centre >= neighbour, else 0; neighbours outside are `outside`.

    Clip of sign(centre − neighbour) + 1. A difference of two floats is 0 only if they are equal.
    """
    pads = build.constant(f"{name}.pads", [0, 0, 2, 2, 0, 0, 2, 2], np.int64)
    fill = build.constant(f"{name}.outside", outside)
    wide = build.node("Pad", [luma, pads, fill], f"{name}.window", mode="constant")
    kernel = np.zeros((len(NEIGHBOURS), 1, 5, 5), np.float32)
    for k, at in enumerate(NEIGHBOURS):
        kernel[k, 0, 2, 2], kernel[k, 0, *at] = 1, -1
    weight = build.constant(f"{name}.kernel", kernel)
    differences = build.node(
        "Conv", [wide, weight], f"{name}.differences", kernel_shape=[5, 5], pads=[0] * 4
    )
    sign = build.node("Sign", [differences], f"{name}.sign")
    one, least, most = (
        build.constant(f"{name}.{what}", value)
        for what, value in (("one", 1), ("least", 0), ("most", 1))
    )
    raised = build.node("Add", [sign, one], f"{name}.raised")
    return build.node("Clip", [raised, least, most], name)


def costs(build: ModelBuilder, name: str, left: str, right: str, disparities: int) -> str:
    """Hamming distance, |ΔU|, |ΔV| of every disparity, (N, 3·D, h, w), channel 3·d + k.

    `left` and `right` are (N, 26, h, w): comparisons, U, V. Column x compares left x with right
    x − d; columns x < d repeat column d.
    """
    sums = np.zeros((3, MAPS, 1, 1), np.float32)
    sums[0, :-2], sums[1, -2], sums[2, -1] = 1, 1, 1
    weight = build.constant(f"{name}.sums", sums)
    axes, zero = (
        build.constant(f"{name}.{what}", [value], np.int64)
        for what, value in (("axis", 3), ("zero", 0))
    )
    end = build.constant(f"{name}.end", [LAST], np.int64)
    found = []
    for d in range(disparities):
        here = f"{name}.{d}"
        first = build.constant(f"{here}.first", [d], np.int64)
        last = build.constant(f"{here}.last", [-d or LAST], np.int64)
        a = build.node("Slice", [left, first, end, axes], f"{here}.left")
        b = build.node("Slice", [right, zero, last, axes], f"{here}.right")
        change = build.node("Sub", [a, b], f"{here}.change")
        size = build.node("Abs", [change], f"{here}.size")
        three = build.node("Conv", [size, weight], f"{here}.costs", kernel_shape=[1, 1])
        pads = build.constant(f"{here}.pads", [0, 0, 0, d, 0, 0, 0, 0], np.int64)
        found.append(build.node("Pad", [three, pads], here, mode="edge"))
    return build.node("Concat", found, f"{name}.all", axis=1)


def reflect_pad(build: ModelBuilder, source: Source, node: g.ReflectPad, x: str) -> None:
    """Mirrored borders up to multiples of `multiple`; the odd one goes last."""
    size = build.node("Shape", [x], f"{node.name}.size", start=2)
    multiple = build.constant(f"{node.name}.multiple", [node.multiple], np.int64)
    two = build.constant(f"{node.name}.two", [2], np.int64)
    none = build.constant(f"{node.name}.none", [0, 0], np.int64)
    minus = build.node("Neg", [size], f"{node.name}.minus")
    lacking = build.node("Mod", [minus, multiple], f"{node.name}.lacking")
    before = build.node("Div", [lacking, two], f"{node.name}.before")
    after = build.node("Sub", [lacking, before], f"{node.name}.after")
    pads = build.node("Concat", [none, before, none, after], f"{node.name}.pads", axis=0)
    build.node("Pad", [x, pads], node.name, mode="reflect")


def crop(build: ModelBuilder, source: Source, node: g.Crop, x: str, like: str) -> None:
    """The inner part, of the size of `like`."""
    size = build.node("Shape", [like], f"{node.name}.size", start=2)
    padded = build.node("Shape", [x], f"{node.name}.padded", start=2)
    two = build.constant(f"{node.name}.two", [2], np.int64)
    axes = build.constant(f"{node.name}.axes", [2, 3], np.int64)
    surplus = build.node("Sub", [padded, size], f"{node.name}.surplus")
    starts = build.node("Div", [surplus, two], f"{node.name}.starts")
    ends = build.node("Add", [starts, size], f"{node.name}.ends")
    build.node("Slice", [x, starts, ends, axes], node.name)


def upsample(
    build: ModelBuilder, name: str, half: str, unit: float, one_px: float, step: float
) -> None:
    """The output disparity_px, float32 (N, H, W), from (N, 1, h, w).

    Bilinear where it is within `one_px` of nearest, else nearest, both in steps of 1 / `unit` of
    those of `half`; `step` is such a step in pixels. What made an odd size even is cut off again.
    """
    kernel = np.array([[[4, 0], [0, 0]], [[2, 2], [0, 0]], [[2, 0], [2, 0]], [[1, 1], [1, 1]]])
    weight = build.constant(f"{name}.kernel", kernel[:, None] * (unit / 4))
    pads = build.constant(f"{name}.pads", [0, 0, 0, 0, 0, 0, 1, 1], np.int64)
    wide = build.node("Pad", [half, pads], f"{name}.wide", mode="edge")
    bilinear = build.node(
        "Conv", [wide, weight], f"{name}.bilinear", kernel_shape=[2, 2], pads=[0] * 4
    )
    nearest = build.node("Mul", [half, build.constant(f"{name}.unit", unit)], f"{name}.nearest")
    change = build.node("Sub", [bilinear, nearest], f"{name}.change")
    size = build.node("Abs", [change], f"{name}.size")
    near = build.node("Less", [size, build.constant(f"{name}.one_px", one_px)], f"{name}.near")
    blocks = build.node("Where", [near, bilinear, nearest], f"{name}.blocks")
    even = build.node("DepthToSpace", [blocks], f"{name}.even", blocksize=2, mode="DCR")
    end = build.constant(f"{name}.end", [LAST, LAST], np.int64)
    axes = build.constant(f"{name}.axes", [2, 3], np.int64)
    full = build.node("Slice", [even, PARITY, end, axes], name)
    px = build.node("Mul", [full, build.constant(f"{name}.step", step)], f"{name}.px")
    channel = build.constant(f"{name}.channel", [1], np.int64)
    build.node("Squeeze", [px, channel], DISPARITY_PX)
    build.output(DISPARITY_PX, ("N", "H", "W"))
