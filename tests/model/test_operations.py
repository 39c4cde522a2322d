"""Formats and operations: what their constructors and a graph refuse."""

from dataclasses import replace

import pytest

from fdscs.model.graph import (
    BlockSum,
    Census,
    ColourMix,
    Concat,
    CostVolume,
    Crop,
    DepthToSpace,
    Format,
    Graph,
    Image,
    MaxPool,
    ReflectPad,
    Requantise,
    Upsample,
)
from tests.model.graphs import CONV, LEFT, RELU, RELU8, RGB, S8, SUM, U8, U10, cost, graph, refused

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
    "left: channels is True": lambda: Image("left", (), True, U8),
    "left: channels is 3.0": lambda: Image("left", (), 3.0, U8),
    "conv: kernel 5: 1 and 3 supported": lambda: replace(CONV, kernel=5),
    "conv: kernel 2": lambda: replace(CONV, kernel=2),
    "conv: kernel 0": lambda: replace(CONV, kernel=0),
    "conv: 1 weight bits: 2 to 16": lambda: replace(CONV, weight_bits=1),
    "conv: 17 weight bits": lambda: replace(CONV, weight_bits=17),
}


@pytest.mark.parametrize("message", BAD_NODES)
def test_invalid_nodes_are_refused(message: str) -> None:
    refused(BAD_NODES[message], message)


BAD_ADDITIONS = {  # to the graph that starts with image, block sums, rgb, convolution and ReLU
    "y: reads three colours": ColourMix("y", ("relu",), 1, U8, (1, 1, 1), 0),
    "y: makes one channel": ColourMix("y", ("sum",), 3, U8, (1, 1, 1), 0),
    "cost: three channels per disparity": cost(channels=5),
    "cost: costs do not fit u4.0": cost(bits=4, saturation=15),  # a Hamming distance is up to 24
    "cost: costs do not fit u6.0": cost(saturation=64),
    "again: 3 input channels, relu has 4": replace(CONV, name="again", inputs=("relu",)),
    "out: reads an accumulator": Requantise("out", ("relu",), 4, RELU8),
    "out: channels differ from those of conv": Requantise("out", ("conv",), 3, RELU8),
    "out: a ReLU's codes are unsigned": Requantise("out", ("conv",), 4, S8),
    "cat: 8 channels, inputs 7": Concat("cat", ("rgb", "relu"), 8),
    "cat: rgb is s8.7, sum is u10.0; concatenated tensors": Concat("cat", ("rgb", "sum"), 6),
    "conv: an accumulator's step differs by channel": Concat("cat", ("rgb", "conv"), 7),
    "pool: channels differ from those of relu": MaxPool("pool", ("relu",), 3),
    "up: input is not 4x as deep": DepthToSpace("up", ("relu",), 2),
    "pad: channels differ from those of relu": ReflectPad("pad", ("relu",), 3, 4),
    "crop: channels differ": Crop("crop", ("relu", "sum"), 3),
    "out: channels differ": Upsample("out", ("relu", "left"), 3, U8),
    "census: channels differ from those of sum": Census("census", ("sum",), 1, U8),
    "out: reads nothing, which no node makes": Upsample("out", ("relu", "nothing"), 4, U8),
    "out: reads out, which no node makes": MaxPool("out", ("out",), 4),
    "relu: two nodes of this name": RELU,
    "sum: two nodes of this name": MaxPool("sum", ("relu",), 4),
}


@pytest.mark.parametrize("message", BAD_ADDITIONS)
def test_nodes_that_do_not_fit_are_refused(message: str) -> None:
    refused(lambda: graph(BAD_ADDITIONS[message]), message)


def test_the_graph_they_are_added_to_is_valid() -> None:
    names = [node.name for node in graph(cost()).nodes]
    assert names == ["left", "sum", "rgb", "conv", "relu", "cost"]


def test_pixels_have_eight_bits() -> None:
    refused(lambda: Graph((Image("left", (), 3, U10),)), "left: pixels are u8.0")


def test_a_node_reads_only_earlier_ones() -> None:
    refused(lambda: Graph((LEFT, RGB, SUM)), "rgb: reads sum, which no node makes")
