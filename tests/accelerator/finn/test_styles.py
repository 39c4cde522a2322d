"""Styles of memories under a board's limits; what FINN leaves out."""

import itertools

from fdscs.accelerator.finn.estimates import TABLE, estimate
from fdscs.accelerator.finn.node_schedule import TABLE as SCHEDULES
from fdscs.accelerator.finn.styles import Memory, choose_styles
from fdscs.hardware.usage import Usage
from tests.accelerator.finn.graphs import skip_graph, unet_graph

AVAILABLE = Usage(luts=1000, dsps=10, brams=10, urams=4)
MEMORIES = [
    Memory(
        f"m{i}",
        "FIFO",
        {
            "distributed": Usage(luts=90 * i),
            "block": Usage(luts=5, brams=i),
            "ultra": Usage(luts=5, urams=1 + i // 4),
        },
    )
    for i in range(1, 6)
]


def test_the_scarcest_resource_is_as_free_as_any_choice_leaves_it() -> None:
    styles, usage = choose_styles(MEMORIES, Usage(luts=100, dsps=3), AVAILABLE)
    best = min(
        max(
            sum((m.styles[s] for m, s in zip(MEMORIES, chosen, strict=True)), Usage(100, 3))
            .shares(AVAILABLE)
            .values()
        )
        for chosen in itertools.product(MEMORIES[0].styles, repeat=len(MEMORIES))
    )
    assert set(styles) == {memory.layer for memory in MEMORIES}
    assert max(usage.shares(AVAILABLE).values()) <= 1.15 * best


def test_a_resource_that_is_missing_is_not_used() -> None:
    _, usage = choose_styles(MEMORIES, Usage(), Usage(1000, 10, 20, 0))
    assert usage.urams == 0
    assert usage.shares(Usage(1000, 10, 20, 0))["URAM"] == 0


def test_every_layer_with_a_schedule_has_an_estimate() -> None:
    assert set(TABLE) == set(SCHEDULES)


def test_buffers_are_counted() -> None:
    graph = unet_graph()
    shuffle = next(node for node in graph.nodes if node.kind == "OuterShuffle")
    assert estimate(graph, shuffle).brams == 0.5  # a row of 24 words of 16 bits, as 32
    pad = next(node for node in skip_graph().nodes if node.kind == "FMPadding")
    assert estimate(skip_graph(), pad).brams == 0
