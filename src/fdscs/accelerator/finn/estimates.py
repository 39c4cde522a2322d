"""What FINN's own estimates count as nothing, counted by us.

FINN estimates memories well and leaves out what follows. These are counts of adders, multiplexers
and registers' inputs, one LUT a bit unless said otherwise; no synthesis stands behind them.
"""

from collections.abc import Callable
from math import ceil, log2

from fdscs.accelerator.finn.nodes import FinnGraph, Node
from fdscs.accelerator.finn.products import lanes
from fdscs.hardware.usage import Usage

CONTROL = 60  # LUTs of a layer's counters and handshakes
LUTRAM_DEPTH = 64  # bits of a LUT as memory
BRAM18_BITS = 18 * 1024


def estimate(graph: FinnGraph, node: Node) -> Usage:
    """What FINN leaves out for `node`."""
    return TABLE[node.kind](graph, node)


def _bits(graph: FinnGraph, names: tuple[str, ...]) -> int:
    """Bits of the widest word of the streams `names`."""
    return max(graph.streams[name].word_bits for name in names)


def _product(graph: FinnGraph, node: Node) -> Usage:
    """Slices by the widths; trees that add SIMD products of each output channel; accumulators.

    Where a slice holds several channels, two LUTs a product tell what one lends the next, and these
    are counted in a tree of their own. The input is kept for all output channels in LUTs.
    """
    v = node.values
    simd, pe = v["simd"], v["pe"]
    packed = lanes(v["weight_bits"], v["code_bits"])
    product_bits = v["weight_bits"] + v["code_bits"]
    tree = (simd - 1) * (product_bits + 2)
    carries = 5 * simd if packed > 1 else 0
    passes, folds = v["outputs"] // pe, v["inputs"] // simd
    kept = simd * v["code_bits"] * ceil(folds / LUTRAM_DEPTH) if passes > 1 else 0
    luts = pe * (tree + carries + v["acc_bits"]) + kept + CONTROL
    return Usage(luts=luts, dsps=simd * -(-pe // packed))


def _requant(graph: FinnGraph, node: Node) -> Usage:
    """Add a bias, shift by what the channel needs, clip; the factor is a constant 2^n."""
    v = node.values
    acc, out = graph.streams[node.inputs[0]].bits, graph.streams[node.outputs[0]].bits
    shifts = ceil(log2(v["shifts"])) if v["shifts"] > 1 else 0
    table = (acc + shifts) * ceil(v["channels"] / v["pe"] / LUTRAM_DEPTH)
    return Usage(luts=v["pe"] * (acc + 1 + out * shifts + 2 * out + table) + CONTROL)


def _word(graph: FinnGraph, node: Node) -> Usage:
    """A register of a word at the output, and a choice before it."""
    return Usage(luts=_bits(graph, node.outputs) + CONTROL)


def _pool(graph: FinnGraph, node: Node) -> Usage:
    """A comparison and a choice for each bit."""
    return Usage(luts=2 * _bits(graph, node.outputs) + CONTROL)


def _shuffle(graph: FinnGraph, node: Node) -> Usage:
    """A buffer of a row, rounded up to a power of two."""
    stream = graph.streams[node.inputs[0]]
    row = node.size[1] * stream.words
    return _buffer(1 << (row - 1).bit_length(), stream.word_bits)


def _reflect_pad(graph: FinnGraph, node: Node) -> Usage:
    """As many rows as a mirror at the bottom reaches back, and the one that arrives."""
    stream = graph.streams[node.inputs[0]]
    kept = max(node.values["padding"][0], node.values["padding"][2]) + 1
    return _buffer(kept * node.size[1] * stream.words, stream.word_bits)


def _buffer(depth: int, bits: int) -> Usage:
    """A memory of whole block RAMs, as their bits go."""
    return Usage(luts=2 * bits + 2 * CONTROL, brams=ceil(depth * bits / BRAM18_BITS) / 2)


def _nothing(graph: FinnGraph, node: Node) -> Usage:
    return Usage()


TABLE: dict[str, Callable[[FinnGraph, Node], Usage]] = {
    "FrontEnd": _nothing,
    "MVAU": _product,
    "ConvolutionInputGenerator": _nothing,  # FINN's own estimate has it
    "FMPadding": _word,
    "Crop": _word,
    "ReflectPad": _reflect_pad,
    "OuterShuffle": _shuffle,
    "Requant": _requant,
    "Thresholding": _nothing,  # FINN's own estimate has it
    "Pool": _pool,
    "StreamingConcat": _word,
    "DuplicateStreams": _nothing,
    "StreamingDataWidthConverter": _nothing,  # FINN's own estimate has it
    "StreamingFIFO": _nothing,  # FINN's own estimate has it
}
