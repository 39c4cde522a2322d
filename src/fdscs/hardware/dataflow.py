"""The graph as processes joined by streams: what the generated accelerator is made of.

Every operation of the graph is a process. A tensor with several readers passes forks; a reader that
takes other lanes than its source has gets a change of lanes before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fdscs.model import graph as g
from fdscs.model.operations import Format, require


@dataclass(frozen=True)
class Folding:
    """Input and output channels that a convolution multiplies in each cycle, for `pixels` pixels.

    Two pixels are neighbours in a row; a row of odd width ends with a lone one.
    """

    simd: int
    pe: int
    pixels: int = 1

    def cycles(self, conv: g.Conv2d) -> int:
        """Cycles a pixel, or a pair: output groups · taps · input groups."""
        groups = -(-conv.in_channels // self.simd)
        return groups * conv.kernel**2 * -(-conv.channels // self.pe)

    def frame_cycles(self, conv: g.Conv2d, rows: int, columns: int) -> int:
        """Cycles of a tensor of `rows` × `columns` pixels."""
        return rows * -(-columns // self.pixels) * self.cycles(conv)

    def fault(self, conv: g.Conv2d) -> str | None:
        """What makes it impossible for `conv`, if anything: see hls/ops/conv2d_pairs.h."""
        if not (1 <= self.simd <= conv.in_channels and 1 <= self.pe <= conv.channels):
            return "is beyond its channels"
        if self.pixels not in (1, 2):
            return f"for {self.pixels} pixels at once: 1 and 2 are possible"
        groups, out_groups = -(-conv.in_channels // self.simd), -(-conv.channels // self.pe)
        if self.pixels == 2 and out_groups >= conv.kernel**2 * groups:
            return (
                f"for 2 pixels at once: {out_groups} cycles to write a second pixel are not fewer "
                f"than the {conv.kernel**2 * groups} to the next word; lower SIMD or raise PE"
            )
        if self.pixels == 2 and out_groups + 2 * groups > self.cycles(conv):
            return (
                f"for 2 pixels at once: {out_groups} words to write and {2 * groups} to read are "
                f"more than the {self.cycles(conv)} cycles of a pair; lower PE"
            )
        return None


@dataclass(frozen=True)
class Grid:
    """Size of a tensor: half resolution, rounded up to multiples, halved `level` times."""

    level: int = 0
    multiple: int = 1

    def size(self, rows: int, columns: int) -> tuple[int, int]:
        """Rows and columns for an image of `rows` × `columns` pixels."""
        return self._of(rows), self._of(columns)

    def _of(self, pixels: int) -> int:
        half = -(-pixels // 2)
        return -(-half // self.multiple) * self.multiple >> self.level


@dataclass(frozen=True)
class Stream:
    """Words of `lanes` channels; `depth` words fit. Codes have `bits` bits."""

    name: str
    tensor: str
    bits: int
    signed: bool
    channels: int
    lanes: int
    grid: Grid
    depth: int = 2
    memory: str = "srl"  # shift registers, lutram, bram or uram

    @property
    def words(self) -> int:
        """Words a pixel."""
        return -(-self.channels // self.lanes)

    @property
    def word_bits(self) -> int:
        """Bits of a word."""
        return self.bits * self.lanes


@dataclass(frozen=True)
class Fork:
    """One stream for two readers."""


@dataclass(frozen=True)
class ChangeLanes:
    """Words of another number of lanes."""


@dataclass(frozen=True)
class Process:
    """An operation of the graph, a fork or a change of lanes, with the streams at its ports."""

    name: str
    op: g.Op | Fork | ChangeLanes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Dataflow:
    """The whole accelerator, in an order in which each process reads earlier ones' streams."""

    graph: g.Graph
    folding: Mapping[str, Folding]
    max_columns: int  # of an image
    processes: tuple[Process, ...]
    streams: Mapping[str, Stream] = field(repr=False)

    def regions(self) -> tuple[list[Process], list[Process], Process]:
        """Processes of the front end, those of the network, and the back end."""
        front: list[Process] = []
        network: list[Process] = []
        for process in self.processes[:-1]:
            tensor = self.streams[process.outputs[0]].tensor
            made_here = isinstance(process.op, FRONT_END)
            copied_here = isinstance(self.graph[tensor], FRONT_END) and tensor not in BETWEEN
            (front if made_here or copied_here else network).append(process)
        return front, network, self.processes[-1]

    def with_fifos(self, fifos: Mapping[str, tuple[int, str]]) -> "Dataflow":
        """The same with other depths, and kinds of memory, of some streams."""
        streams = dict(self.streams)
        for name, (depth, memory) in fifos.items():
            streams[name] = replace(streams[name], depth=depth, memory=memory)
        return replace(self, streams=streams)


def most_columns(flow: Dataflow, grid: Grid) -> int:
    """Columns of a tensor when the image has as many as the accelerator takes."""
    return grid.size(1, flow.max_columns)[1]


MEMORY_BITS = 72  # of an UltraRAM's word, or of two block RAMs'
PIXELS = {"left", "right"}  # the images, which arrive at the borders
FRONT_END = (g.BlockSum, g.ColourMix, g.CentredRgb, g.Census, g.CostVolume)
BETWEEN = ("cost", "rgb")  # what the front end gives the network


def build_dataflow(
    graph: g.Graph, folding: Mapping[str, Folding], max_columns: int = 2048
) -> Dataflow:
    """Processes and streams of `graph` with the given folding of every convolution.

    Raises InvalidGraph for a folding of unknown layers, or one that a layer cannot have.
    """
    convs = {conv.name: conv for conv in graph.of_type(g.Conv2d)}
    require(set(folding) == set(convs), "the folding must name every convolution, and no other")
    for name, each in folding.items():
        fault = each.fault(convs[name])
        require(fault is None, f"{name}: SIMD {each.simd} x PE {each.pe} {fault}")
    widest = graph.of_type(g.CostVolume)[0].disparities
    require(max_columns >= 2 * widest, f"{max_columns} columns are below the disparity range")
    builder = _Builder(graph, folding)
    for node in graph.nodes:
        if not isinstance(node, g.Image):
            builder.process(node)
    return Dataflow(graph, folding, max_columns, tuple(builder.processes), builder.streams)


class _Builder:
    """Collects processes and streams."""

    def __init__(self, graph: g.Graph, folding: Mapping[str, Folding]) -> None:
        self.graph, self.folding = graph, folding
        self.processes: list[Process] = []
        self.streams: dict[str, Stream] = {}
        self.grids: dict[str, Grid] = {}
        self.unread: dict[str, dict[str, str]] = {}  # by tensor, reader → stream

    def process(self, node: g.Op) -> None:
        """The process of `node`, what brings its inputs to it, and the forks behind it."""
        names = [name for name in stream_inputs(node) if name not in PIXELS]
        inputs = [self._input(node, name) for name in names]
        self.grids[node.name] = self._grid(node)
        output = self._stream(node.name, node.name, self._lanes(node, inputs))
        ports = tuple(stream.name for stream in inputs) or stream_inputs(node)
        self.processes.append(Process(node.name, node, ports, (output.name,)))
        self._distribute(node)

    def _distribute(self, node: g.Op) -> None:
        """Forks behind `node`, one fewer than it has readers."""
        readers = [each.name for each in self.graph.nodes if node.name in stream_inputs(each)]
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
        lanes = self._lanes_wanted(node, tensor, stream)
        if lanes == stream.lanes:
            return stream
        changed = self._stream(f"{tensor}_for_{node.name}", tensor, lanes)
        name = f"lanes_{changed.name}"
        self.processes.append(Process(name, ChangeLanes(), (stream.name,), (changed.name,)))
        return changed

    def _lanes_wanted(self, node: g.Op, tensor: str, stream: Stream) -> int:
        if isinstance(node, g.Conv2d):
            return self.folding[node.name].simd
        if isinstance(node, g.DepthToSpace):  # a word holds channels of one output pixel
            fitting = [n for n in range(1, node.channels + 1) if node.channels % n == 0]
            return max(n for n in fitting if n <= stream.lanes)
        if isinstance(node, g.Concat) and tensor == node.inputs[0]:  # waits long for the second
            return _lanes_to_wait_in(stream)
        return stream.lanes

    def _lanes(self, node: g.Op, inputs: list[Stream]) -> int:
        """Lanes of what `node` writes."""
        if isinstance(node, g.Conv2d):
            return self.folding[node.name].pe
        if isinstance(node, g.CostVolume):  # whole disparities, as its reader wants them
            simd = self._simd_behind(node)
            return simd if simd % 3 == 0 else 3 * max(1, simd // 3)
        if isinstance(node, g.Concat):
            return self._simd_behind(node)
        if isinstance(node, g.BlockSum | g.CentredRgb):
            return 3
        return inputs[0].lanes if inputs and node.channels > 1 else 1

    def _simd_behind(self, node: g.Op) -> int:
        """Input lanes of the first convolution that reads `node`, padding passed over."""
        for reader in self.graph.nodes:
            if node.name in stream_inputs(reader):
                if isinstance(reader, g.Conv2d):
                    return self.folding[reader.name].simd
                return self._simd_behind(reader)
        raise g.InvalidGraph(f"{node.name}: no convolution reads it")

    def _grid(self, node: g.Op) -> Grid:
        if isinstance(node, g.BlockSum | g.Crop):
            return Grid()
        grid = self.grids[node.inputs[0]]
        if isinstance(node, g.ReflectPad):
            return Grid(0, node.multiple)
        if isinstance(node, g.MaxPool):
            return replace(grid, level=grid.level + 1)
        return replace(grid, level=grid.level - 1) if isinstance(node, g.DepthToSpace) else grid

    def _stream(self, name: str, tensor: str, lanes: int) -> Stream:
        fmt = width_of(self.graph, tensor)
        channels = self.graph[tensor].channels
        stream = Stream(name, tensor, fmt.bits, fmt.signed, channels, lanes, self.grids[tensor])
        self.streams[name] = stream
        return stream


def _lanes_to_wait_in(stream: Stream) -> int:
    """The lanes whose words fill memories of MEMORY_BITS best; those that there are, if as good."""

    def memory(lanes: int) -> int:  # columns of memory that a pixel fills
        return -(-stream.channels // lanes) * -(-lanes * stream.bits // MEMORY_BITS)

    return min(range(1, stream.channels + 1), key=lambda n: (memory(n), n != stream.lanes, -n))


def stream_inputs(node: g.Op) -> tuple[str, ...]:
    """The tensors that `node` reads as streams: all but those whose size alone it takes."""
    return node.inputs[:1] if isinstance(node, g.Crop | g.Upsample) else node.inputs


def width_of(graph: g.Graph, tensor: str) -> Format:
    """Bits and signedness of a tensor's codes; its fraction bits do not matter to hardware."""
    node = graph[tensor]
    if isinstance(node, g.Conv2d):
        require(node.acc_bits is not None, f"{tensor}: no accumulator width; freeze it first")
        assert node.acc_bits is not None
        return Format(node.acc_bits, True, 0)
    return graph.format_of(tensor)
