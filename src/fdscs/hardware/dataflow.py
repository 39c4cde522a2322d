"""Processes joined by streams: what the accelerator is made of, whatever language it is in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fdscs.hardware.fabric import ULTRASCALE, Fabric
from fdscs.model import graph as g

PIXELS = {"left", "right"}  # the images, which arrive at the borders
FRONT_END = (g.BlockSum, g.ColourMix, g.CentredRgb, g.Census, g.CostVolume)
BETWEEN = ("cost", "rgb")  # what the front end gives the network


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
        """What makes it impossible for `conv`, if anything: see conv2d_pairs.h among HLS's ops."""
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
class Codes:
    """Integers of `bits` bits, in two's complement if signed."""

    bits: int
    signed: bool


@dataclass(frozen=True)
class Word:
    """`lanes` codes side by side."""

    code: Codes
    lanes: int


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
    memory: str = "srl"  # shift registers, lutram, bram, uram, or dram: external memory

    @property
    def words(self) -> int:
        """Words a pixel."""
        return -(-self.channels // self.lanes)

    @property
    def word_bits(self) -> int:
        """Bits of a word."""
        return self.bits * self.lanes

    @property
    def code(self) -> Codes:
        """The kind of its codes."""
        return Codes(self.bits, self.signed)

    @property
    def word(self) -> Word:
        """The kind of its words."""
        return Word(self.code, self.lanes)


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
    fabric: Fabric = ULTRASCALE
    ultra: frozenset[str] = frozenset()  # processes whose memories are UltraRAM

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

    def most_columns(self, stream: Stream) -> int:
        """Columns of a stream's tensor when the image has as many as the accelerator takes."""
        return stream.grid.size(1, self.max_columns)[1]

    def with_fifos(self, fifos: Mapping[str, tuple[int, str]]) -> "Dataflow":
        """The same with other depths, and kinds of memory, of some streams."""
        streams = dict(self.streams)
        for name, (depth, memory) in fifos.items():
            streams[name] = replace(streams[name], depth=depth, memory=memory)
        return replace(self, streams=streams)
