"""A frame through the whole accelerator: when each pixel passes, and how deep the streams must be.

A stream must hold what its writer is ahead of its reader. With the depths found here no process
waits for room, at the rate at which pixels arrive; so no skip connection can stop the frame, and
none slows it down.
"""

from dataclasses import dataclass, replace

import numpy as np

from fdscs.hardware.cycles import Cycles
from fdscs.hardware.dataflow import PIXELS, Dataflow
from fdscs.hardware.external import DRAM, LATENCY, beats, external
from fdscs.hardware.memories import fifo, small_or_bram
from fdscs.hardware.schedule import schedule

TALL = 32  # times the U-Net's coarsest pixel: higher than any path looks ahead
MARGIN = 2  # words, beside a pixel: pixels are counted when their last word passes


@dataclass(frozen=True)
class Timing:
    """Cycles of each process for a frame, first output, the frame's end, and depths in words."""

    cycles: dict[str, int]
    first: dict[str, int]
    end: int
    depths: dict[str, int]
    interval: int  # cycles from one frame to the next: of the slowest process, or memory's port


def time_frame(flow: Dataflow, rows: int, columns: int) -> Timing:
    """Follow every pixel of a frame of `rows` × `columns` pixels.

    Pixels arrive evenly over the interval that the slowest process needs.
    """
    plans = {each.name: schedule(flow, each, rows, columns) for each in flow.processes}
    interval = max(plan.interval for plan in plans.values())
    interval = max([interval, *(beats(each, rows, columns) for each in external(flow))])
    pace = max(interval / (rows * columns), 1)
    arrival = np.floor(pace * np.arange(rows * columns)).astype(np.int64)
    written: dict[str, Cycles] = dict.fromkeys(PIXELS, arrival)
    first, depths = {}, {}
    for process in flow.processes:
        plan = plans[process.name]
        arrivals = [written[name] + _late(flow, name) for name in process.inputs]
        late = np.max([each - plan.reads for each in arrivals], axis=0)
        waited = np.maximum.accumulate(np.maximum(late, 0))
        read = plan.reads + waited
        behind = np.searchsorted(plan.reads, plan.writes, side="right")  # reads before each write
        done = plan.writes + np.where(behind > 0, waited[behind - 1], 0)
        for name in process.outputs:
            written[name] = done
        first[process.name] = int(done[0])
        for name in process.inputs:
            if name in flow.streams:
                held = _most_held(written[name], read)
                depths[name] = (held + 1) * flow.streams[name].words + MARGIN
    cycles = {name: plan.cycles for name, plan in plans.items()}
    return Timing(cycles, first, int(done[-1]) + 1, depths, interval)


def _late(flow: Dataflow, name: str) -> int:
    """Cycles from where a word is written to where it can be read."""
    stream = flow.streams.get(name)
    return LATENCY if stream is not None and stream.memory == DRAM else 1


def _most_held(written: Cycles, read: Cycles) -> int:
    """Pixels that have been written and not yet read, at most."""
    gone = np.searchsorted(read, written, side="left")
    return int((np.arange(1, len(written) + 1) - gone).max())


def with_safe_depths(flow: Dataflow) -> Dataflow:
    """`flow` with streams deep enough for images of any height, up to the widest.

    A skip connection holds what the path beside it is behind, which stops growing at some height:
    a U-Net looks so many rows ahead and no more.
    """
    multiple = max(stream.grid.multiple for stream in flow.streams.values())
    depths = time_frame(flow, TALL * multiple, flow.max_columns).depths
    sizes = {name: replace(fifo(flow.streams[name]), depth=depths[name]) for name in depths}
    return flow.with_fifos(
        {name: (each.depth, small_or_bram(each, flow.fabric)) for name, each in sizes.items()}
    )
