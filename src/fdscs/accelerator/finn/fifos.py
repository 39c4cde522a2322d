"""How deep the FIFOs of every fork and join must be.

Two figures for each stream. Below the first the frame stops: the fork cannot go on for lack of
room in the skip connection, while the path beside it still needs pixels to bring the join's next.
Below the second some layer waits for room and frames take longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np

from fdscs.accelerator.finn.node_schedule import schedule
from fdscs.accelerator.finn.nodes import FinnGraph
from fdscs.hardware.cycles import Cycles, Schedule

SHALLOW = 2  # pixels: what a stream that no fork reaches needs
MARGIN = 2  # words, beside whole pixels: these are counted when their last word passes


@dataclass(frozen=True)
class Depths:
    """Pixels that each stream has to hold: so that the frame ends, and so that nothing waits."""

    least: dict[str, int]
    full_rate: dict[str, int]
    interval: int  # cycles from one frame to the next
    first: int  # cycle of the first output
    end: int  # cycle after the last


def fifo_depths(graph: FinnGraph) -> Depths:
    """The depths of `graph`'s streams."""
    plans = {node.name: schedule(graph, node) for node in graph.nodes}
    written, full_rate, interval = _frame(graph, plans)
    last = graph.nodes[-1].outputs[0]
    return Depths(
        _least(graph, plans), full_rate, interval, int(written[last][0]), int(written[last][-1]) + 1
    )


def fifo_pixels(graph: FinnGraph, depths: Depths, ease: float = 1.0) -> dict[str, int]:
    """Pixels of every FIFO: where paths join, and half a row before each layer that pads.

    Where paths join it is the least, and of what full rate needs beyond it a share `ease`. While a
    layer pads and the window behind it fills its buffer, between two frames, the layers
    before go on. Half a row is what the simulated frames need to come at the layers' own pace.
    """
    pixels = {}
    for name, least in depths.least.items():
        more = max(0, depths.full_rate[name] - least)
        if least + more > SHALLOW:
            pixels[name] = least + ceil(ease * more)
    for node in graph.nodes:
        if node.kind == "FMPadding":
            pixels.setdefault(node.inputs[0], max(SHALLOW, -(-node.size[1] // 2)))
    return pixels


def words_of(graph: FinnGraph, pixels: Mapping[str, int]) -> dict[str, int]:
    """FIFO depths in words, by stream, from depths in pixels."""
    return {name: count * graph.streams[name].words + MARGIN for name, count in pixels.items()}


def _frame(
    graph: FinnGraph, plans: dict[str, Schedule]
) -> tuple[dict[str, Cycles], dict[str, int], int]:
    """Follow every pixel at the rate of the slowest layer; what each stream holds at most."""
    interval = max(plan.interval for plan in plans.values())
    written: dict[str, Cycles] = {}
    held: dict[str, int] = {}
    for node in graph.nodes:
        plan = plans[node.name]
        if not node.inputs:
            pixels = len(plan.writes)
            arrival = np.floor(interval / pixels * np.arange(pixels)).astype(np.int64)
            written |= dict.fromkeys(node.outputs, arrival)
            continue
        arrivals = [written[name] + 1 for name in node.inputs]
        late = np.max([each - plan.reads for each in arrivals], axis=0)
        waited = np.maximum.accumulate(np.maximum(late, 0))
        read = plan.reads + waited
        needed = _reads_before(plan)
        done = plan.writes + np.where(needed > 0, waited[needed - 1], 0)
        for name in node.outputs:
            written[name] = done
        for name in node.inputs:
            gone = np.searchsorted(read, written[name], side="left")
            held[name] = int((np.arange(1, len(gone) + 1) - gone).max())
    return written, held, interval


def _least(graph: FinnGraph, plans: dict[str, Schedule]) -> dict[str, int]:
    """Pixels that a join's streams must hold, from what each path needs of its fork's pixels.

    `needs[stream]` says how many of the fork's pixels the path must have taken before each pixel of
    the stream exists. When the join waits for pixel j of the longer path, the shorter one has taken
    as many of the fork's pixels as the longer path then needs, and j of its own are gone. Of
    several forks before a join the last counts: what it has not given cannot be waiting behind it.
    """
    least: dict[str, int] = {}
    for fork in _forks(graph):
        needs: dict[str, Cycles] = {}
        for name in fork:
            needs[name] = np.arange(1, graph.streams[name].pixels + 1)
        for node in graph.nodes:
            known = [needs[name] for name in node.inputs if name in needs]
            if not known:
                continue
            if len(node.inputs) == 2 and len(known) == 2:
                for name, other in zip(node.inputs, reversed(node.inputs), strict=True):
                    least[name] = max(SHALLOW, _ahead(needs[name], needs[other]))
            before = _reads_before(plans[node.name])
            reached = np.maximum.accumulate(np.max(known, axis=0))
            made = np.where(before > 0, reached[before - 1], 0)
            for name in node.outputs:
                needs[name] = made
    return least


def _forks(graph: FinnGraph) -> list[list[str]]:
    """The streams that each fork writes."""
    return [list(node.outputs) for node in graph.nodes if len(node.outputs) > 1]


def _ahead(here: Cycles, there: Cycles) -> int:
    """Pixels of `here` that exist when the fork has given what pixel j of `there` needs, less j."""
    exist = np.searchsorted(here, there, side="right")
    return int((exist - np.arange(len(there))).max())


def _reads_before(plan: Schedule) -> Cycles:
    """Pixels read before each write."""
    return np.searchsorted(plan.reads, plan.writes, side="right")
