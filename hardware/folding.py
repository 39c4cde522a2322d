"""How many multiplications each layer does at once, for a number of cycles a frame."""

from collections.abc import Mapping
from functools import cache

from hardware.dataflow import Folding
from hardware.multipliers import dsps
from model import graph as g


def fold(graph: g.Graph, rows: int, columns: int, cycles: int) -> dict[str, Folding]:
    """The cheapest folding of every convolution that needs at most `cycles` cycles a frame.

    Cheapest in DSP slices, then in weight memory's width, then the most even. A layer that cannot
    reach `cycles` gets all its channels at once.
    """
    shapes = graph.shapes(rows, columns)
    found = {}
    for conv in graph.of_type(g.Conv2d):
        _, height, width = shapes[conv.name]
        code = graph.format_of(conv.inputs[0])
        three = isinstance(graph[conv.inputs[0]], g.CostVolume)  # whole disparities
        found[conv.name] = _cheapest(
            conv, cycles // (height * width), code.bits, code.signed, 3 if three else 1
        )
    return found


def _cheapest(conv: g.Conv2d, cycles: int, bits: int, signed: bool, multiple: int) -> Folding:
    candidates = [
        Folding(simd, pe)
        for simd in _lanes(conv.in_channels, multiple)
        for pe in _lanes(conv.channels, 1)
    ]
    fast = [each for each in candidates if each.cycles(conv) <= cycles]
    if not fast:
        return Folding(conv.in_channels, conv.channels)

    def cost(each: Folding) -> tuple[int, int, int]:
        slices = dsps(each, conv.weight_bits, bits, signed)
        return slices, each.simd * each.pe, max(each.simd, each.pe)

    return min(fast, key=cost)


@cache
def _lanes(channels: int, multiple: int) -> list[int]:
    """Numbers of lanes worth having: the smallest for each number of words."""
    counts = {-(-channels // words) for words in range(1, channels + 1)}
    return sorted({min(-(-n // multiple) * multiple, channels) for n in counts})


def slowest(graph: g.Graph, folding: Mapping[str, Folding], rows: int, columns: int) -> int:
    """Cycles a frame of the convolution that needs most."""
    shapes = graph.shapes(rows, columns)
    return max(
        folding[conv.name].cycles(conv) * shapes[conv.name][1] * shapes[conv.name][2]
        for conv in graph.of_type(g.Conv2d)
    )
