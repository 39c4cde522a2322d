"""How many multiplications each layer does at once, for a number of cycles a frame."""

from functools import cache

from fdscs.hardware.dataflow import Folding
from fdscs.hardware.fabric import ULTRASCALE, Fabric
from fdscs.hardware.multipliers import dsps
from fdscs.model import graph as g


def fold(
    graph: g.Graph, rows: int, columns: int, cycles: int, fabric: Fabric = ULTRASCALE
) -> dict[str, Folding]:
    """The cheapest folding of every convolution that needs at most `cycles` cycles a frame.

    Cheapest in DSP slices, then pixel by pixel rather than in pairs, then in weight memory's width,
    then the most even. A layer that cannot reach `cycles` gets the fastest it can have.
    """
    shapes = graph.shapes(rows, columns)
    return {
        conv.name: _folded(graph, conv, *shapes[conv.name][1:], cycles, fabric)
        for conv in graph.of_type(g.Conv2d)
    }


def fold_alone(graph: g.Graph, cycles: int) -> dict[str, Folding]:
    """As `fold`, for at most `cycles` cycles a pixel of every convolution's own tensor."""
    return {
        conv.name: _folded(graph, conv, 1, 1, cycles, ULTRASCALE)
        for conv in graph.of_type(g.Conv2d)
    }


def _folded(
    graph: g.Graph, conv: g.Conv2d, rows: int, columns: int, cycles: int, fabric: Fabric
) -> Folding:
    code = graph.format_of(conv.inputs[0])
    three = isinstance(graph[conv.inputs[0]], g.CostVolume)  # whole disparities
    multiple = 3 if three else 1
    return _cheapest(conv, rows, columns, cycles, code.bits, code.signed, multiple, fabric)


def _cheapest(
    conv: g.Conv2d, rows: int, columns: int, cycles: int, bits: int, signed: bool, multiple: int,
    fabric: Fabric,
) -> Folding:  # fmt: skip
    candidates = [
        each
        for simd in _lanes(conv.in_channels, multiple)
        for pe in _lanes(conv.channels, 1)
        for pixels in (1, 2)
        if (each := Folding(simd, pe, pixels)).fault(conv) is None
    ]
    fast = [each for each in candidates if each.frame_cycles(conv, rows, columns) <= cycles]
    if not fast:
        return min(candidates, key=lambda each: each.frame_cycles(conv, rows, columns))

    def cost(each: Folding) -> tuple[int, int, int, int]:
        slices = dsps(each, conv.weight_bits, bits, signed, fabric)
        return slices, each.pixels, each.simd * each.pe, max(each.simd, each.pe)

    return min(fast, key=cost)


@cache
def _lanes(channels: int, multiple: int) -> list[int]:
    """Numbers of lanes worth having: the smallest for each number of words."""
    counts = {-(-channels // words) for words in range(1, channels + 1)}
    return sorted({min(-(-n // multiple) * multiple, channels) for n in counts})
