"""A frame through the accelerator: what the vectorised walk finds is what a plain one finds."""

from collections import deque
from dataclasses import replace

import numpy as np
import pytest

from fdscs.hardware.builder import build_dataflow
from fdscs.hardware.dataflow import PIXELS, Dataflow, Folding
from fdscs.hardware.schedule import schedule
from fdscs.hardware.timing import time_frame, with_safe_depths
from fdscs.model.config import Architecture, Precision
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d

SMALL = Architecture(disparities=4, encoder=(6, 5), context=(4,), unet=(4, 6, 8))


@pytest.fixture(scope="module", params=[1, 2])
def flow(request: pytest.FixtureRequest) -> Dataflow:
    """A small network, some layers folded more than others; in pairs, with 2, where that can be."""
    graph = build_graph(SMALL, Precision())
    graph = graph.with_accumulators({conv.name: 24 for conv in graph.of_type(Conv2d)})
    rng = np.random.default_rng(0)
    folding = {
        conv.name: Folding(int(rng.integers(1, conv.in_channels + 1)), 1 + conv.channels // 2)
        for conv in graph.of_type(Conv2d)
    }
    if request.param == 2:
        folding["enc0"] = Folding(3, 2)  # in pairs behind the cost volume
        for conv in graph.of_type(Conv2d):
            pair = replace(folding[conv.name], pixels=2)
            folding[conv.name] = folding[conv.name] if pair.fault(conv) else pair
        assert folding["enc0"].pixels == 2
    return build_dataflow(graph, folding, 48)


def plain_times(flow: Dataflow, rows: int, columns: int, pace: float) -> dict[str, list[int]]:
    """When each pixel of each stream is written: every process cycle by cycle."""
    written = {name: [int(pace * n) for n in range(rows * columns)] for name in PIXELS}
    for process in flow.processes:
        plan = schedule(flow, process, rows, columns)
        reads, writes = deque(enumerate(plan.reads)), deque(plan.writes)
        late, done = 0, []
        for cycle in range(int(max(plan.reads[-1], plan.writes[-1])) + 1):
            while reads and reads[0][1] == cycle:
                n, _ = reads.popleft()
                ready = max(written[name][n] + 1 for name in process.inputs)
                late = max(late, ready - cycle)
            while writes and writes[0] == cycle:
                done.append(cycle + late)
                writes.popleft()
        for name in process.outputs:
            written[name] = done
    return written


def test_first_outputs_and_end_as_in_a_plain_walk(flow: Dataflow) -> None:
    rows, columns = 21, 30
    timing = time_frame(flow, rows, columns)
    times = plain_times(flow, rows, columns, max(timing.interval / (rows * columns), 1))
    for process in flow.processes:
        assert timing.first[process.name] == times[process.outputs[0]][0], process.name
    assert timing.end == times["disparity"][-1] + 1


def test_the_interval_is_the_slowest_process(flow: Dataflow) -> None:
    timing = time_frame(flow, 40, 48)
    assert timing.interval >= max(timing.cycles.values())
    assert timing.end > timing.interval  # a frame's last pixel leaves after it has arrived


def test_depths_stop_growing_with_height(flow: Dataflow) -> None:
    safe = with_safe_depths(flow)
    for rows in (40, 128, 400):
        for name, depth in time_frame(flow, rows, flow.max_columns).depths.items():
            stream = safe.streams[name]
            assert depth <= stream.depth + stream.words, name


def test_skips_are_the_deepest(flow: Dataflow) -> None:
    streams = with_safe_depths(flow).streams
    deepest = max(streams.values(), key=lambda s: s.depth // s.words)
    assert deepest.tensor in ("u2_3_relu", "rgb")
