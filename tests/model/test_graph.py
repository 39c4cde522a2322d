"""The graph: what it refuses, what it derives, and its plain form."""

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.config import LITE, PAPER, Architecture, Config
from model.fdscs import build_graph
from model.graph import (
    OPS,
    BlockSum,
    Census,
    CentredRgb,
    ColourMix,
    Concat,
    Conv2d,
    CostVolume,
    Crop,
    DepthToSpace,
    Format,
    Graph,
    Image,
    InvalidGraph,
    MaxPool,
    Op,
    ReflectPad,
    Requantise,
    Upsample,
    graph_from_json,
)

U8, U10, S8 = Format(8, False, 0), Format(10, False, 0), Format(8, True, 7)
RELU8, RELU4 = Format(8, False, 7), Format(4, False, 7)

LEFT = Image("left", (), 3, U8)
SUM = BlockSum("sum", ("left",), 3, U10)
RGB = CentredRgb("rgb", ("sum",), 3, S8)
CONV = Conv2d("conv", ("rgb",), 4, 3, 3, 8)
RELU = Requantise("relu", ("conv",), 4, RELU8)

SMALL = Architecture(disparities=8, encoder=(6, 4), context=(4,), unet=(4, 6))


@pytest.fixture(scope="module")
def small() -> Graph:
    return build_graph(SMALL)


def graph(*nodes: Op) -> Graph:
    """A graph that starts with image, block sums, rgb, a convolution and its ReLU."""
    return Graph((LEFT, SUM, RGB, CONV, RELU, *nodes))


def refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidGraph, match=re.escape(message)):
        make()


# --- Formats -----------------------------------------------------------------------------------

RANGES = [  # format, smallest, largest, step, text
    (Format(8, False, 0), 0, 255, 1.0, "u8.0"),
    (Format(8, True, 7), -128, 127, 0.0078125, "s8.7"),
    (Format(1, False, 0), 0, 1, 1.0, "u1.0"),
    (Format(1, True, 0), -1, 0, 1.0, "s1.0"),
    (Format(16, False, 8), 0, 65535, 0.00390625, "u16.8"),
    (Format(32, True, -2), -2147483648, 2147483647, 4.0, "s32.-2"),
]


@pytest.mark.parametrize(("fmt", "low", "high", "step", "text"), RANGES)
def test_format(fmt: Format, low: int, high: int, step: float, text: str) -> None:
    assert (fmt.min, fmt.max, fmt.step, str(fmt)) == (low, high, step, text)


BAD_FORMATS = [
    ((0, False, 0), "0 bits: 1 to 32 supported"),
    ((33, False, 0), "33 bits: 1 to 32 supported"),
    ((8.0, False, 0), "8.0 bits"),
    ((True, False, 0), "True bits"),
    (("8", False, 0), "8 bits"),
    ((8, 1, 0), "signed must be true or false, not 1"),
    ((8, None, 0), "signed must be true or false, not None"),
    ((8, False, 65), "65 fraction bits: -64 to 64 supported"),
    ((8, False, -65), "-65 fraction bits"),
    ((8, False, 0.5), "0.5 fraction bits"),
]


@pytest.mark.parametrize(("values", "message"), BAD_FORMATS)
def test_invalid_formats_are_refused(values: tuple, message: str) -> None:
    refused(lambda: Format(*values), message)


# --- Nodes -------------------------------------------------------------------------------------

BAD_NODES = {
    "'1left' is no name": lambda: Image("1left", (), 3, U8),
    "'' is no name": lambda: Image("", (), 3, U8),
    "'a b' is no name": lambda: Image("a b", (), 3, U8),
    "'a.weight' is no name": lambda: Image("a.weight", (), 3, U8),
    "None is no name": lambda: Image(None, (), 3, U8),
    "left: 1 inputs; Image takes 0": lambda: Image("left", ("x",), 3, U8),
    "sum: 0 inputs; BlockSum takes 1": lambda: BlockSum("sum", (), 3, U10),
    "cat: 1 inputs; Concat takes 2": lambda: Concat("cat", ("a",), 3),
    "cost: 2 inputs; CostVolume takes 6": lambda: CostVolume("cost", ("a", "b"), 3, U8, 1, 63),
    "left: 0 channels: 1 to 4096 supported": lambda: Image("left", (), 0, U8),
    "left: 4097 channels": lambda: Image("left", (), 4097, U8),
    "left: -3 channels": lambda: Image("left", (), -3, U8),
    "left: True channels": lambda: Image("left", (), True, U8),
    "left: 3.0 channels": lambda: Image("left", (), 3.0, U8),
    "conv: kernel 5: 1 and 3 supported": lambda: replace(CONV, kernel=5),
    "conv: kernel 2": lambda: replace(CONV, kernel=2),
    "conv: kernel 0": lambda: replace(CONV, kernel=0),
    "conv: 1 weight bits: 2 to 16": lambda: replace(CONV, weight_bits=1),
    "conv: 17 weight bits": lambda: replace(CONV, weight_bits=17),
}


@pytest.mark.parametrize("message", BAD_NODES)
def test_invalid_nodes_are_refused(message: str) -> None:
    refused(BAD_NODES[message], message)


def cost(channels: int = 6, bits: int = 6, saturation: int = 63) -> CostVolume:
    return CostVolume("cost", ("sum",) * 6, channels, Format(bits, False, 0), 2, saturation)


BAD_GRAPHS = {
    "left: pixels are u8.0": [Image("left", (), 3, U10)],
    "sum: channels differ from those of left": [LEFT, replace(SUM, channels=2)],
    "y: reads three colours": [
        LEFT, Requantise("x", ("left",), 3, RELU8), ColourMix("y", ("x",), 1, U10, (1, 1, 1), 0)
    ],
    "y: makes one channel": [LEFT, SUM, ColourMix("y", ("sum",), 3, U10, (1, 1, 1), 0)],
    "cost: three channels per disparity": [LEFT, SUM, cost(channels=5)],
    "cost: costs do not fit u4.0": [LEFT, SUM, cost(bits=4, saturation=15)],
    "cost: costs do not fit u6.0": [LEFT, SUM, cost(saturation=64)],
    "conv: 4 input channels, rgb has 3": [LEFT, SUM, RGB, replace(CONV, in_channels=4)],
    "relu: reads an accumulator": [LEFT, SUM, RGB, Requantise("relu", ("rgb",), 3, RELU8)],
    "relu: channels differ from those of conv": [LEFT, SUM, RGB, CONV, replace(RELU, channels=3)],
    "relu: a ReLU's codes are unsigned": [LEFT, SUM, RGB, CONV, replace(RELU, format=S8)],
    "cat: 8 channels, inputs 7": [LEFT, SUM, RGB, CONV, RELU, Concat("cat", ("rgb", "relu"), 8)],
    "cat: rgb is s8.7, sum is u10.0; concatenated": [LEFT, SUM, RGB, Concat("cat", ("rgb", "sum"), 6)],
    "cat: conv: an accumulator": [LEFT, SUM, RGB, CONV, Concat("cat", ("rgb", "conv"), 7)],
    "pool: channels differ from those of rgb": [LEFT, SUM, RGB, MaxPool("pool", ("rgb",), 4)],
    "up: input is not 4x as deep": [LEFT, SUM, RGB, CONV, RELU, DepthToSpace("up", ("relu",), 4)],
    "pad: channels differ from those of rgb": [LEFT, SUM, RGB, ReflectPad("pad", ("rgb",), 1, 4)],
    "crop: channels differ": [LEFT, SUM, RGB, Crop("crop", ("rgb", "sum"), 4)],
    "out: channels differ": [LEFT, SUM, Upsample("out", ("sum", "left"), 1, U10)],
    "sum: reads left, which no node makes": [SUM],
    "sum: reads sum, which no node makes": [LEFT, BlockSum("sum", ("sum",), 3, U10)],
    "rgb: reads sum, which no node makes": [LEFT, RGB, SUM],
    "left: two nodes of this name": [LEFT, LEFT],
    "sum: two nodes of this name": [LEFT, SUM, BlockSum("sum", ("left",), 3, U10)],
}  # fmt: skip
