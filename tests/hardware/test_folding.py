"""Choice of parallelism."""

import pytest

from hardware.dataflow import Folding
from hardware.folding import fold
from hardware.multipliers import dsps, weights_per_multiplier
from model.config import LITE
from model.fdscs import build_graph
from model.graph import Conv2d, CostVolume, Graph


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The small preset."""
    return build_graph(LITE.architecture, LITE.precision)


@pytest.mark.parametrize("cycles", [10**5, 10**6, 10**7])
def test_every_layer_keeps_to_the_cycles_or_does_all_at_once(graph: Graph, cycles: int) -> None:
    folding, shapes = fold(graph, 375, 1242, cycles), graph.shapes(375, 1242)
    for conv in graph.of_type(Conv2d):
        _, rows, columns = shapes[conv.name]
        each = folding[conv.name]
        all_at_once = (each.simd, each.pe) == (conv.in_channels, conv.channels)
        assert each.cycles(conv) * rows * columns <= cycles or all_at_once


def test_no_folding_with_fewer_slices_is_fast_enough(graph: Graph) -> None:
    folding, shapes = fold(graph, 375, 1242, 2 * 10**6), graph.shapes(375, 1242)
    for conv in graph.of_type(Conv2d):
        code = graph.format_of(conv.inputs[0])
        step = 3 if isinstance(graph[conv.inputs[0]], CostVolume) else 1
        budget = 2 * 10**6 // (shapes[conv.name][1] * shapes[conv.name][2])

        def slices(each: Folding, conv: Conv2d = conv, code=code) -> int:
            return dsps(each, conv.weight_bits, code.bits, code.signed)

        fast = [
            slices(each)
            for simd in range(step, conv.in_channels + 1, step)
            for pe in range(1, conv.channels + 1)
            if (each := Folding(simd, pe)).cycles(conv) <= budget
        ]
        assert slices(folding[conv.name]) == min(fast), conv.name


def test_costs_come_in_whole_disparities(graph: Graph) -> None:
    for cycles in (10**5, 3 * 10**5, 10**6, 10**7):
        assert fold(graph, 375, 1242, cycles)["enc0"].simd % 3 == 0


@pytest.mark.parametrize(
    ("weight", "code", "signed", "count"),
    [
        (8, 8, False, 2),  # 16 bits apart: 24 of 27
        (8, 9, True, 2),  # 17 apart: 25
        (4, 6, False, 3),  # 10 apart: 24
        (4, 4, False, 3),
        (5, 6, False, 3),  # 11 apart: 27, all there are
        (5, 7, False, 2),  # 12 apart: 29 are too many for three
        (9, 9, False, 2),  # 18 apart: 27
        (10, 9, False, 1),  # 19 bits of a product are more than 18 apart
        (12, 6, False, 1),  # 18 apart: 30
        (2, 16, False, 2),  # 18 apart: 20, and 16 bits with a sign bit fit 18
        (16, 16, False, 1),
    ],
)
def test_weights_that_share_a_multiplier(weight: int, code: int, signed: bool, count: int) -> None:
    assert weights_per_multiplier(weight, code, signed) == count


def test_slices_of_a_convolution() -> None:
    assert dsps(Folding(6, 5), 8, 8, False) == 6 * 3  # five weights in pairs
    assert dsps(Folding(6, 5), 12, 12, False) == 6 * 5
