"""Rates that boards hold, with the deepest skips in their memory: by the whole model."""

import math

import pytest

from fdscs.hardware.external import external
from fdscs.hardware.plan import design, target_for
from fdscs.model.config_file import read_config
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d, Graph

PAPERS, LITES = (375, 1242), (480, 640)  # sizes of images
SLOW = pytest.mark.slow


def graph_of(name: str) -> Graph:
    """With accumulators as wide as any weights of those widths could need."""
    config = read_config(name)
    graph = build_graph(config.architecture, config.precision)
    bits = {}
    for conv in graph.of_type(Conv2d):
        added = math.ceil(math.log2(conv.in_channels * conv.kernel**2))
        bits[conv.name] = min(32, conv.weight_bits + graph.format_of(conv.inputs[0]).bits + added)
    return graph.with_accumulators(bits)


@pytest.mark.parametrize(
    ("name", "board", "fps", "size"),
    [
        ("w4s", "ZCU102", 48, PAPERS),
        ("lite", "KV260", 60, LITES),
        pytest.param("w4f", "ZCU102", 48, PAPERS, marks=SLOW),
        pytest.param("w4s", "ZCU104", 30, PAPERS, marks=SLOW),
        pytest.param("w8", "ZCU102", 30, PAPERS, marks=SLOW),
        pytest.param("lite", "ZCU104", 120, LITES, marks=SLOW),
    ],
)
def test_a_board_holds_the_rate(name: str, board: str, fps: int, size: tuple[int, int]) -> None:
    target = target_for(board, 300, size, external=True)
    found = design(graph_of(name), target, fps)
    assert found.fps >= fps and found.fits, found.taken
    assert {each.tensor for each in external(found.flow)} == {"u2_5_relu", "u2_4_relu", "u2_3_relu"}
