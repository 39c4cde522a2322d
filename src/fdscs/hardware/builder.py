"""From the graph to a dataflow.

Every operation of the graph is a process. A tensor with several readers passes forks; a reader that
takes other lanes than its source has gets a change of lanes before it.
"""

from collections.abc import Mapping

from fdscs.hardware.dataflow import (
    PIXELS,
    ChangeLanes,
    Dataflow,
    Folding,
    Fork,
    Grid,
    Process,
    Stream,
)
from fdscs.hardware.fabric import ULTRASCALE, Fabric
from fdscs.hardware.ops.operation import Surroundings
from fdscs.hardware.ops.table import TABLE
from fdscs.model import graph as g
from fdscs.model.operations import Format, require


def build_dataflow(
    graph: g.Graph, folding: Mapping[str, Folding], max_columns: int = 2048,
    fabric: Fabric = ULTRASCALE,
) -> Dataflow:  # fmt: skip
    """Processes and streams of `graph` with the given folding of every convolution.

    Raises InvalidGraph for a folding of unknown layers, or one that a layer cannot have.
    """
    convs = {conv.name: conv for conv in graph.of_type(g.Conv2d)}
    require(set(folding) == set(convs), "the folding must name every convolution, and no other")
    for name, each in folding.items():
        fault = each.fault(convs[name])
        require(fault is None, f"{name}: SIMD {each.simd} x PE {each.pe} {fault}")
    widest = graph.disparities
    require(max_columns >= 2 * widest, f"{max_columns} columns are below the disparity range")
    builder = _Builder(graph, folding)
    for node in graph.nodes:
        if not isinstance(node, g.Image):
            builder.process(node)
    return Dataflow(graph, folding, max_columns, tuple(builder.processes), builder.streams, fabric)


class _Builder:
    """Collects processes and streams."""

    def __init__(self, graph: g.Graph, folding: Mapping[str, Folding]) -> None:
        self.graph, self.around = graph, Surroundings(graph, folding)
        self.processes: list[Process] = []
        self.streams: dict[str, Stream] = {}
        self.grids: dict[str, Grid] = dict.fromkeys(PIXELS, Grid())
        self.unread: dict[str, dict[str, str]] = {}  # by tensor, reader → stream

    def process(self, node: g.Op) -> None:
        """The process of `node`, what brings its inputs to it, and the forks behind it."""
        operation = TABLE[type(node)]
        names = [name for name in node.reads if name not in PIXELS]
        inputs = [self._input(node, name) for name in names]
        self.grids[node.name] = operation.grid(node, self.grids[node.inputs[0]])
        lanes = operation.lanes_written(node, inputs, self.around)
        output = self._stream(node.name, node.name, lanes)
        ports = tuple(stream.name for stream in inputs) or node.reads
        self.processes.append(Process(node.name, node, ports, (output.name,)))
        self._distribute(node)

    def _distribute(self, node: g.Op) -> None:
        """Forks behind `node`, one fewer than it has readers."""
        readers = [each.name for each in self.graph.nodes if node.name in each.reads]
        streams, rest = {}, node.name
        for reader in readers[:-1]:
            remaining = readers[readers.index(reader) + 1 :]
            first = f"{node.name}_to_{reader}"
            second = f"{node.name}_to_" + (remaining[0] if len(remaining) == 1 else "others")
            if len(remaining) > 1:
                second += str(len(remaining))
            lanes = self.streams[rest].lanes
            for name in (first, second):
                self._stream(name, node.name, lanes)
            self.processes.append(Process(f"fork_{rest}", Fork(), (rest,), (first, second)))
            streams[reader], rest = first, second
        if readers:
            streams[readers[-1]] = rest
        self.unread[node.name] = streams

    def _input(self, node: g.Op, tensor: str) -> Stream:
        stream = self.streams[self.unread[tensor][node.name]]
        lanes = TABLE[type(node)].lanes_read(node, tensor, stream, self.around)
        if lanes == stream.lanes:
            return stream
        changed = self._stream(f"{tensor}_for_{node.name}", tensor, lanes)
        name = f"lanes_{changed.name}"
        self.processes.append(Process(name, ChangeLanes(), (stream.name,), (changed.name,)))
        return changed

    def _stream(self, name: str, tensor: str, lanes: int) -> Stream:
        fmt = width_of(self.graph, tensor)
        channels = self.graph[tensor].channels
        stream = Stream(name, tensor, fmt.bits, fmt.signed, channels, lanes, self.grids[tensor])
        self.streams[name] = stream
        return stream


def width_of(graph: g.Graph, tensor: str) -> Format:
    """Bits and signedness of a tensor's codes; its fraction bits do not matter to hardware."""
    node = graph[tensor]
    if isinstance(node, g.Conv2d):
        require(node.acc_bits is not None, f"{tensor}: no accumulator width; freeze it first")
        assert node.acc_bits is not None
        return Format(node.acc_bits, True, 0)
    return graph.format_of(tensor)
