"""A few nodes and what tests of graphs do with them."""

import re
from collections.abc import Callable

import pytest

from fdscs.model.config import Architecture
from fdscs.model.graph import (
    BlockSum,
    CentredRgb,
    Conv2d,
    CostVolume,
    Format,
    Graph,
    Image,
    InvalidGraph,
    Op,
    Requantise,
)

U8, U10, S8 = Format(8, False, 0), Format(10, False, 0), Format(8, True, 7)
RELU8, RELU4 = Format(8, False, 7), Format(4, False, 7)

LEFT = Image("left", (), 3, U8)
SUM = BlockSum("sum", ("left",), 3, U10)
RGB = CentredRgb("rgb", ("sum",), 3, S8)
CONV = Conv2d("conv", ("rgb",), 4, 3, 3, 8)
RELU = Requantise("relu", ("conv",), 4, RELU8)

SMALL = Architecture(disparities=8, encoder=(6, 4), context=(4,), unet=(4, 6))


def graph(*nodes: Op) -> Graph:
    """A graph that starts with image, block sums, rgb, a convolution and its ReLU."""
    return Graph((LEFT, SUM, RGB, CONV, RELU, *nodes))


def refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidGraph, match=re.escape(message)):
        make()


def cost(channels: int = 6, bits: int = 6, saturation: int = 63) -> CostVolume:
    return CostVolume("cost", ("sum",) * 6, channels, Format(bits, False, 0), 2, saturation)
