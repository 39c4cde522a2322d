"""What each operation makes with one bit of an attribute wrong; shapes stay as they are.

An attribute of one bit is a choice between two ways, such as how a border is filled.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.ops.block_sum import block_sum
from fdscs.hls_reference.ops.census import RADIUS
from fdscs.hls_reference.ops.colour_mix import colour_mix
from fdscs.hls_reference.ops.concat import concat
from fdscs.hls_reference.ops.conv2d import conv2d
from fdscs.hls_reference.ops.cost_volume import cost_volume
from fdscs.hls_reference.ops.depth_to_space import depth_to_space
from fdscs.hls_reference.ops.max_pool import max_pool
from fdscs.hls_reference.ops.upsample import upsample
from fdscs.model import graph as g

Parameters = Mapping[str, IntArray]


@dataclass(frozen=True)
class Attributes:
    """Bits of each attribute of a node, and what the node makes with one of them flipped."""

    bits: Callable[[Any], Mapping[str, int]]
    apply: Callable[..., IntArray]  # node, parameters, attribute, bit, inputs …


def one(attribute: str) -> Callable[[Any], Mapping[str, int]]:
    """A single attribute of one bit."""
    return lambda node: {attribute: 1}


def _mix(op: g.ColourMix, params: Parameters, name: str, bit: int, x: IntArray) -> IntArray:
    coefficients, shift = list(op.coefficients), op.shift
    if name == "shift":
        return colour_mix(x, op.coefficients, shift ^ 1 << bit)
    at = "rgb".index(name)
    value = (coefficients[at] ^ 1 << bit) & 511  # nine bits, two's complement
    coefficients[at] = value - 512 * (value >> 8)
    red, green, blue = coefficients
    return colour_mix(x, (red, green, blue), shift)


def _rounded_rgb(op: g.CentredRgb, params: Parameters, *_: Any) -> IntArray:
    (x,) = _[2:]
    shift = 10 - op.format.bits
    rounded = (x.astype(np.int32) + (1 << shift >> 1)) >> shift
    return rounded - (1 << (op.format.bits - 1))


def _strict_census(op: g.Census, params: Parameters, name: str, bit: int, x: IntArray) -> IntArray:
    _, rows, columns = x.shape
    centre = x.astype(np.int64)
    window = np.pad(centre, ((0, 0), (RADIUS,) * 2, (RADIUS,) * 2), constant_values=1 << 40)
    word = np.zeros(x.shape, np.uint32)
    offsets = [(y, c) for y in range(5) for c in range(5) if (y, c) != (RADIUS, RADIUS)]
    for at, (y, c) in enumerate(offsets):
        neighbour = window[:, y : y + rows, c : c + columns]
        above = centre > neighbour if at == bit else centre >= neighbour
        word |= above.astype(np.uint32) << np.uint32(at)
    return word


def _costs(op: g.CostVolume, params: Parameters, name: str, bit: int, *maps: IntArray) -> IntArray:
    return cost_volume(maps, op.disparities, op.saturation ^ 1 << bit)


def _filled_border(op: g.Conv2d, params: Parameters, name: str, bit: int, x: IntArray) -> IntArray:
    repeated = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="edge")
    return conv2d(repeated, params[op.weight], params[op.bias])[:, 1:-1, 1:-1]


def _repeating_pad(
    op: g.ReflectPad, params: Parameters, name: str, bit: int, x: IntArray
) -> IntArray:
    top, bottom, left, right = op.pads(*x.shape[1:])
    if name == "border repeated":
        return np.pad(x, ((0, 0), (top, bottom), (left, right)), mode="symmetric")
    return np.pad(x, ((0, 0), (bottom, top), (right, left)), mode="reflect")


def _late_crop(
    op: g.Crop, params: Parameters, name: str, bit: int, x: IntArray, like: IntArray
) -> IntArray:
    rows, columns = like.shape[1:]
    top, left = -(-(x.shape[1] - rows) // 2), -(-(x.shape[2] - columns) // 2)
    return x[:, top : top + rows, left : left + columns]


def _late_block_sum(
    op: g.BlockSum, params: Parameters, name: str, bit: int, x: IntArray
) -> IntArray:
    return block_sum(x[:, ::-1, ::-1])[:, ::-1, ::-1]


def _depth_first(
    op: g.DepthToSpace, params: Parameters, name: str, bit: int, x: IntArray
) -> IntArray:
    depth, rows, columns = x.shape
    blocks = x.reshape(depth // 4, 4, rows, columns).swapaxes(0, 1)
    return depth_to_space(blocks.reshape(depth, rows, columns))


def _upsample(
    op: g.Upsample, params: Parameters, name: str, bit: int, x: IntArray, like: IntArray
) -> IntArray:
    return upsample(x, (op.format.frac - 2) ^ 1 << bit, *like.shape[1:])


ATTRIBUTES: dict[type[g.Op], Attributes] = {
    g.BlockSum: Attributes(one("last row and column repeated"), _late_block_sum),
    g.ColourMix: Attributes(lambda op: {"r": 9, "g": 9, "b": 9, "shift": 4}, _mix),
    g.CentredRgb: Attributes(one("rounded"), _rounded_rgb),
    g.Census: Attributes(lambda op: {"strict comparison": 24}, _strict_census),
    g.CostVolume: Attributes(lambda op: {"saturation": op.format.bits}, _costs),
    g.Conv2d: Attributes(
        lambda op: {"border repeated": 1} if op.kernel == 3 else {}, _filled_border
    ),
    g.Concat: Attributes(
        one("order"), lambda op, params, name, bit, x, y: concat(y, x)
    ),
    g.MaxPool: Attributes(
        one("minimum"), lambda op, params, name, bit, x: -max_pool(-x.astype(np.int32))
    ),
    g.DepthToSpace: Attributes(one("depth first"), _depth_first),
    g.ReflectPad: Attributes(
        lambda op: {"border repeated": 1, "odd one first": 1}, _repeating_pad
    ),
    g.Crop: Attributes(one("odd one first"), _late_crop),
    g.Upsample: Attributes(lambda op: {"fraction bits": 3}, _upsample),
}  # fmt: skip
