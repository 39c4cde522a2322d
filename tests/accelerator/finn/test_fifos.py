"""FIFO depths: by hand, and by frames that end or do not."""

import json

import numpy as np
import pytest

from fdscs.accelerator.finn.fifos import fifo_depths, fifo_pixels, words_of
from fdscs.accelerator.finn.node_schedule import schedule
from fdscs.accelerator.finn.nodes import FinnGraph, from_json
from fdscs.accelerator.finn.tokens import simulate
from tests.accelerator.finn.graphs import skip_graph, unet_graph

GRAPHS = {"skip": skip_graph(), "wide": skip_graph(5, 30), "unet": unet_graph()}


@pytest.fixture(params=sorted(GRAPHS))
def graph(request: pytest.FixtureRequest) -> FinnGraph:
    return GRAPHS[request.param]


def test_a_window_needs_a_row_and_two_pixels() -> None:
    """The first window of 3 × 3, padded, needs the second row's second pixel: columns + 2."""
    assert fifo_depths(skip_graph(6, 8)).least["skip"] == 8 + 2
    assert fifo_depths(skip_graph(5, 30)).least["skip"] == 30 + 2


def test_a_pooled_pixel_needs_both_its_rows() -> None:
    """The first pixel that comes back up needs the second pixel of the second row: 12 + 2."""
    assert fifo_depths(unet_graph()).least["skip"] == 12 + 2


def test_the_least_depth_ends_and_one_pixel_less_does_not(graph: FinnGraph) -> None:
    least = fifo_depths(graph).least
    assert len(simulate(graph, least, frames=3).ends) == 3
    fewer = simulate(graph, {**least, "skip": least["skip"] - 1})
    assert fewer.ends == ()
    assert any(each.startswith("fork waits for room in skip") for each in fewer.waiting)
    assert any(each.startswith("join waits for a pixel") for each in fewer.waiting)


def test_more_room_never_takes_longer(graph: FinnGraph) -> None:
    least = fifo_depths(graph).least
    ends = [
        simulate(graph, {**least, "skip": least["skip"] + more}, 2).ends[-1] for more in range(6)
    ]
    assert ends == sorted(ends, reverse=True)


def test_at_full_rate_depths_frames_keep_the_slowest_layers_pace(graph: FinnGraph) -> None:
    depths = fifo_depths(graph)
    roomy = {name: max(depths.full_rate[name], 40) for name in graph.streams if name != "z"}
    assert simulate(graph, roomy, 4).interval <= 1.2 * depths.interval
    assert simulate(graph, roomy, 4).interval >= depths.interval


def test_pixels_and_words(graph: FinnGraph) -> None:
    depths = fifo_depths(graph)
    pixels = fifo_pixels(graph, depths, ease=0)
    assert pixels["skip"] == depths.least["skip"]
    assert fifo_pixels(graph, depths, ease=1)["skip"] >= pixels["skip"]
    assert words_of(graph, pixels)["skip"] == pixels["skip"] * graph.streams["skip"].words + 2


def test_schedules_are_causal_and_in_order(graph: FinnGraph) -> None:
    for node in graph.nodes:
        plan = schedule(graph, node)
        assert (np.diff(plan.reads) >= 0).all() and (np.diff(plan.writes) > 0).all()
        assert len(plan.writes) == graph.streams[node.outputs[0]].pixels
        if node.inputs:
            assert len(plan.reads) == graph.streams[node.inputs[0]].pixels
            assert plan.reads[0] <= plan.writes[0] or node.kind == "FMPadding"
            assert plan.reads[-1] <= plan.writes[-1]
        assert plan.interval >= plan.writes[-1] + 1


def test_json_and_back(graph: FinnGraph) -> None:
    again = from_json(json.loads(json.dumps(graph.to_json())))
    assert again.nodes == graph.nodes
    assert again.streams == graph.streams
