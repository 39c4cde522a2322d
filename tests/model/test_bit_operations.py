"""Bit operations by hand."""

import pytest

from fdscs.model.bit_operations import bit_operations, reads
from fdscs.model.config import PAPER, Precision
from fdscs.model.fdscs import build_graph


@pytest.mark.parametrize(("weight_bits", "expected"), [(8, 91.58), (4, 45.79)])
def test_costs_count_with_six_bits(weight_bits: int, expected: float) -> None:
    """enc0 is 384 · 192 of 218,938 MACs a pixel, 33.7 %, and reads 6 bits where others read 8."""
    graph = build_graph(PAPER.architecture, Precision(weight_bits=weight_bits))
    assert bit_operations(graph, 375, 1242) == pytest.approx(expected, abs=0.01)


def test_wide_layers_cost_more() -> None:
    plain = build_graph(PAPER.architecture, Precision())
    wide = build_graph(PAPER.architecture, Precision(activations={"u4_5": 16}))
    share = plain.macs(375, 1242)["u1u5_5"] / sum(plain.macs(375, 1242).values())
    difference = bit_operations(wide, 375, 1242) - bit_operations(plain, 375, 1242)
    assert difference == pytest.approx(100 * share)  # u1u5_5 alone reads u4_5, at twice the bits


def test_channels_that_depth_to_space_stacks_count_once() -> None:
    """u4_5 reads 32 channels of u2_5 and the 32 that are left of u1u3_5's 128."""
    found = reads(build_graph(PAPER.architecture), 375, 1242)
    assert found["u4_5", "u2_5_relu"] == found["u4_5", "u1u3_5_relu"]
    assert sum(found.values()) == pytest.approx(100)
