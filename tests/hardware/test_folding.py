"""Choice of parallelism."""

import pytest

from fdscs.hardware.dataflow import Folding
from fdscs.hardware.fabric import ECP5
from fdscs.hardware.folding import fold
from fdscs.hardware.multipliers import dsps, weights_per_multiplier
from fdscs.model.config import LITE, Precision
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d, CostVolume, Graph


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The small preset."""
    return build_graph(LITE.architecture, LITE.precision)


@pytest.mark.parametrize("cycles", [10**5, 10**6, 10**7])
def test_every_layer_keeps_to_the_cycles_or_is_as_fast_as_can_be(graph: Graph, cycles: int) -> None:
    folding, shapes = fold(graph, 375, 1242, cycles), graph.shapes(375, 1242)
    for conv in graph.of_type(Conv2d):
        _, rows, columns = shapes[conv.name]
        each = folding[conv.name]
        pixels = 2 if Folding(conv.in_channels, conv.channels, 2).fault(conv) is None else 1
        fastest = Folding(conv.in_channels, conv.channels, pixels)
        assert each.frame_cycles(conv, rows, columns) <= cycles or each == fastest


def test_no_folding_with_fewer_slices_is_fast_enough(graph: Graph) -> None:
    folding, shapes = fold(graph, 375, 1242, 2 * 10**6), graph.shapes(375, 1242)
    for conv in graph.of_type(Conv2d):
        code = graph.format_of(conv.inputs[0])
        step = 3 if isinstance(graph[conv.inputs[0]], CostVolume) else 1
        _, rows, columns = shapes[conv.name]

        def slices(each: Folding, conv: Conv2d = conv, code=code) -> int:
            return dsps(each, conv.weight_bits, code.bits, code.signed)

        fast = [
            slices(each)
            for simd in range(step, conv.in_channels + 1, step)
            for pe in range(1, conv.channels + 1)
            for pixels in (1, 2)
            if (each := Folding(simd, pe, pixels)).fault(conv) is None
            and each.frame_cycles(conv, rows, columns) <= 2 * 10**6
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
    assert dsps(Folding(6, 5, 2), 4, 6, False) == 6 * 3  # five weights in pairs, with two codes
    assert dsps(Folding(6, 5, 2), 8, 8, False) == 2 * 6 * 3  # pixel by pixel


def test_pairs_are_chosen_where_they_take_fewer_slices() -> None:
    precision = Precision(weight_bits=4, activation_bits=6)
    narrow = build_graph(LITE.architecture, precision)
    folding, shapes = fold(narrow, 375, 1242, 2 * 10**6), narrow.shapes(375, 1242)
    in_pairs = 0
    for conv in narrow.of_type(Conv2d):
        each, code = folding[conv.name], narrow.format_of(conv.inputs[0])
        _, rows, columns = shapes[conv.name]
        single = fold_alone(narrow, conv, rows, columns, 2 * 10**6)
        slices = dsps(each, conv.weight_bits, code.bits, code.signed)
        assert slices < single if each.pixels == 2 else slices == single, conv.name
        in_pairs += each.pixels == 2
    assert in_pairs > 0


def fold_alone(graph: Graph, conv: Conv2d, rows: int, columns: int, cycles: int) -> int:
    """Fewest slices of a layer pixel by pixel."""
    code = graph.format_of(conv.inputs[0])
    step = 3 if isinstance(graph[conv.inputs[0]], CostVolume) else 1
    return min(
        dsps(each, conv.weight_bits, code.bits, code.signed)
        for simd in range(step, conv.in_channels + 1, step)
        for pe in range(1, conv.channels + 1)
        if (each := Folding(simd, pe)).frame_cycles(conv, rows, columns) <= cycles
    )


def test_a_row_of_odd_width_ends_with_a_lone_pixel() -> None:
    conv = Conv2d("conv", ("x",), 6, 4, 3, 4)
    assert Folding(4, 6, 2).frame_cycles(conv, 10, 7) == 10 * 4 * 9
    assert Folding(4, 6).frame_cycles(conv, 10, 7) == 10 * 7 * 9


def test_an_ecp5_shares_a_multiplier_of_18_by_18_bits() -> None:
    assert weights_per_multiplier(5, 6, False, ECP5) == 2
    assert weights_per_multiplier(4, 4, False) == 3
    assert weights_per_multiplier(4, 4, False, ECP5) == 2
    assert weights_per_multiplier(6, 8, False, ECP5) == 1
    assert dsps(Folding(6, 4, 2), 4, 4, False, ECP5) == 2 * 6 * 2  # four never share one
