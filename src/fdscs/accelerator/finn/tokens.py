"""Frames through the dataflow graph with FIFOs of given depths: do they end, and when.

Each layer does the reads and writes of its schedule in order, frame after frame. It waits for a
pixel that is not there yet and for room in a full FIFO. Which layer is looked at first changes
nothing, so what comes out are the cycles of the hardware, as far as the schedules are: pixels are
counted, not words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fdscs.accelerator.finn.node_schedule import buffered, schedule
from fdscs.accelerator.finn.nodes import FinnGraph
from fdscs.hardware.cycles import Cycles

BETWEEN = 2  # pixels on a stream without a FIFO: one as it is made, one as it is read
ENDLESS = 1 << 40


@dataclass(frozen=True)
class Outcome:
    """The cycle after each frame's last output; and of a deadlock, who waits for what."""

    ends: tuple[int, ...]
    waiting: tuple[str, ...] = ()

    @property
    def interval(self) -> int:
        """Cycles between the last two frames."""
        return self.ends[-1] - self.ends[-2]


def simulate(graph: FinnGraph, pixels: Mapping[str, int], frames: int = 1) -> Outcome:
    """Run `frames` frames with FIFOs that hold `pixels` pixels, by stream; others hold BETWEEN.

    Inputs come as fast as they are taken, and the output is always taken.
    """
    tables = _Tables(graph, pixels)
    ends = np.zeros(frames, np.int64)
    _run(*tables.constants, tables.state, tables.counts, *tables.times, frames, ends)
    stuck = [i for i in range(len(graph.nodes)) if tables.state[i, 0] < frames]
    if stuck:
        return Outcome(tuple(int(end) for end in ends if end), tables.complaints(stuck))
    return Outcome(tuple(int(end) for end in ends))


class _Tables:
    """The graph as arrays. A node has up to two inputs and outputs; −1 stands for none."""

    def __init__(self, graph: FinnGraph, pixels: Mapping[str, int]) -> None:
        self.graph = graph
        names = list(graph.streams)
        ports = np.full((len(graph.nodes), 4), -1, np.int64)
        plans = [schedule(graph, node) for node in graph.nodes]
        for row, node in zip(ports, graph.nodes, strict=True):
            for first, streams in ((0, node.inputs), (2, node.outputs)):
                row[first : first + len(streams)] = [names.index(name) for name in streams]
        self.reads = [plan.reads for plan in plans]
        self.writes = [plan.writes for plan in plans]
        unread = set(names) - {name for node in graph.nodes for name in node.inputs}
        within = {node.inputs[0]: buffered(graph, node) for node in graph.nodes if node.inputs}
        room = np.array(
            [
                1 if name in unread else pixels.get(name, BETWEEN) + within.get(name, 0)
                for name in names
            ]
        )
        self.endless = np.array([name in unread for name in names])
        start = np.concatenate([[0], np.cumsum(room)])
        self.constants = (
            ports, _joined(self.reads), _starts(self.reads), _joined(self.writes),
            _starts(self.writes), np.array([plan.interval for plan in plans]), room, start,
            self.endless,
        )  # fmt: skip
        self.ports = ports
        self.state = np.zeros((len(plans), 4), np.int64)  # frames, reads, writes, cycles behind
        self.counts = np.zeros((len(names), 2), np.int64)  # pixels written and read
        self.times = (np.zeros(start[-1], np.int64), np.zeros(start[-1], np.int64))

    def complaints(self, stuck: list[int]) -> tuple[str, ...]:
        """What each of the nodes `stuck` waits for."""
        names, found = list(self.graph.streams), []
        for node in stuck:
            _, read, written, _ = self.state[node]
            reads, writes = self.reads[node], self.writes[node]
            wants = read < len(reads) and (written == len(writes) or reads[read] <= writes[written])
            ports = [port for port in self.ports[node][:2] if port >= 0]
            dry = [names[i] for i in ports if self.counts[i, 0] == self.counts[i, 1]]
            full = [names[i] for i in self.ports[node][2:] if i >= 0]
            what = f"a pixel of {' and '.join(dry)}" if wants else f"room in {' or '.join(full)}"
            found.append(f"{self.graph.nodes[node].name} waits for {what}")
        return tuple(found)


def _joined(arrays: list[Cycles]) -> Cycles:
    return np.concatenate(arrays).astype(np.int64)


def _starts(arrays: list[Cycles]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum([len(each) for each in arrays])]).astype(np.int64)


@njit(cache=True)
def _run(  # type: ignore[no-untyped-def]
    ports, reads, reads_from, writes, writes_from, interval, room, start, endless,
    state, counts, written_at, read_at, frames, ends,
):  # fmt: skip
    """Every node as far as it can go, round after round, until none moves."""
    moved = True
    while moved:
        moved = False
        for node in range(len(ports)):
            first, length = reads_from[node], reads_from[node + 1] - reads_from[node]
            second, count = writes_from[node], writes_from[node + 1] - writes_from[node]
            in0, in1, out0, out1 = ports[node]
            while state[node, 0] < frames:
                frame, i, j, behind = state[node]
                base = frame * interval[node] + behind
                if i < length and (j == count or reads[first + i] <= writes[second + j]):
                    at = base + reads[first + i]
                    ready = True
                    for port in (in0, in1):
                        if port >= 0:
                            if counts[port, 1] >= counts[port, 0]:
                                ready = False
                            else:
                                slot = start[port] + counts[port, 1] % room[port]
                                at = max(at, written_at[slot] + 1)
                    if not ready:
                        break
                    for port in (in0, in1):
                        if port >= 0:
                            read_at[start[port] + counts[port, 1] % room[port]] = at
                            counts[port, 1] += 1
                    state[node, 1] += 1
                    state[node, 3] += at - base - reads[first + i]
                else:
                    at = base + writes[second + j]
                    ready = True
                    for port in (out0, out1):
                        if port >= 0 and not endless[port] and counts[port, 0] >= room[port]:
                            if counts[port, 0] - counts[port, 1] >= room[port]:
                                ready = False
                            else:
                                slot = start[port] + counts[port, 0] % room[port]
                                at = max(at, read_at[slot] + 1)
                    if not ready:
                        break
                    for port in (out0, out1):
                        if port >= 0:
                            written_at[start[port] + counts[port, 0] % room[port]] = at
                            counts[port, 0] += 1
                            if endless[port]:
                                ends[frame] = at + 1
                    state[node, 2] += 1
                    state[node, 3] += at - base - writes[second + j]
                moved = True
                if state[node, 1] == length and state[node, 2] == count:
                    state[node, 0] += 1
                    state[node, 1] = 0
                    state[node, 2] = 0
