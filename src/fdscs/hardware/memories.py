"""Block RAM and UltraRAM of weights, line buffers and FIFOs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fdscs.hardware.dataflow import ChangeLanes, Dataflow, Fork, Process, Stream, most_columns
from fdscs.model import graph as g

SHALLOW = 256  # words; up to so many distributed RAM holds, 64 bits a LUT
# Words and bits of a block RAM of 18 Kbit in its shapes, with one port to read and one to write.
BRAM_SHAPES = ((512, 36), (1024, 18), (2048, 9), (4096, 4), (8192, 2), (16384, 1))
URAM_SHAPE = (4096, 72)


@dataclass(frozen=True)
class Memory:
    """`depth` words of `width` bits; a table is constant, and UltraRAM cannot hold it."""

    what: str
    depth: int
    width: int
    constant: bool = False

    @property
    def bits(self) -> int:
        """Bits stored."""
        return self.depth * self.width

    @property
    def luts(self) -> int:
        """LUTs, where it is distributed RAM."""
        return -(-self.depth // 64) * self.width

    @property
    def brams(self) -> float:
        """Block RAMs of 36 Kbit, where it is made of them."""
        halves = (-(-self.depth // deep) * -(-self.width // wide) for deep, wide in BRAM_SHAPES)
        return min(halves) / 2

    @property
    def urams(self) -> int:
        """UltraRAMs, where it is made of them."""
        deep, wide = URAM_SHAPE
        return -(-self.depth // deep) * -(-self.width // wide)


def memories(flow: Dataflow, process: Process) -> list[Memory]:
    """The memories within `process`, for the widest image."""
    inputs = [flow.streams[name] for name in process.inputs if name in flow.streams]
    return TABLE[type(process.op)](flow, process, inputs, flow.streams[process.outputs[0]])


def fifo_memories(depths: Mapping[str, tuple[int, int]], urams: int) -> dict[str, str]:
    """What FIFOs of (depth, width) are made of: srl, lutram, bram, or uram for at most `urams`.

    UltraRAM goes where one takes the place of most block RAMs, and of two at least.
    """
    sizes = {name: Memory("FIFO", *size) for name, size in depths.items()}
    kinds = {name: small_or_bram(memory) for name, memory in sizes.items()}
    deep = [name for name, kind in kinds.items() if kind == "bram"]
    for name in sorted(deep, key=lambda n: -sizes[n].brams / sizes[n].urams):
        memory = sizes[name]
        if memory.urams <= urams and memory.brams >= 2 * memory.urams:
            kinds[name] = "uram"
            urams -= memory.urams
    return kinds


def small_or_bram(memory: Memory) -> str:
    """Shift registers (of FIFOs), distributed RAM, or block RAM, by depth."""
    if memory.depth <= 32:
        return "srl"
    return "lutram" if memory.depth <= SHALLOW else "bram"


def fifo(stream: Stream) -> Memory:
    """The memory of a stream."""
    return Memory("FIFO", stream.depth, stream.word_bits)


def _none(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> list[Memory]:
    return []


def _block_sum(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> list[Memory]:
    return [Memory("row above", most_columns(flow, out.grid), out.word_bits)]


def _census(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> list[Memory]:
    return 4 * [Memory("line", most_columns(flow, out.grid), ins[0].word_bits)]


def _conv2d(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> list[Memory]:
    op = process.op
    assert isinstance(op, g.Conv2d)
    folding, source = flow.folding[op.name], ins[0]
    width = folding.pe * folding.simd * op.weight_bits
    weights = Memory("weights", folding.cycles(op), width, constant=True)
    columns = most_columns(flow, out.grid)
    if folding.pixels == 2:  # even and odd columns
        half = 3 * (-(-max(columns, 8) // 2) if op.kernel > 1 else 1)
        return [weights, *2 * [Memory("lines", half * source.words, source.word_bits)]]
    lines = op.kernel * max(columns, 6) if op.kernel > 1 else 4
    return [weights, Memory("lines", lines * source.words, source.word_bits)]


def _max_pool(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> list[Memory]:
    columns = most_columns(flow, ins[0].grid) // 2 + 1
    return [Memory("row above", columns * out.words, out.word_bits)]


def _depth_to_space(
    flow: Dataflow, process: Process, ins: list[Stream], out: Stream
) -> list[Memory]:
    columns = most_columns(flow, ins[0].grid)
    return [Memory("lower row", columns * 2 * out.words, out.word_bits)]


def _reflect_pad(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> list[Memory]:
    op = process.op
    assert isinstance(op, g.ReflectPad)
    columns = most_columns(flow, ins[0].grid)
    return [Memory("rows", (op.multiple // 2 + 1) * columns * out.words, out.word_bits)]


def _upsample(flow: Dataflow, process: Process, ins: list[Stream], out: Stream) -> list[Memory]:
    return 2 * [Memory("line", most_columns(flow, ins[0].grid), ins[0].word_bits)]


TABLE: dict[type, Callable[[Dataflow, Process, list[Stream], Stream], list[Memory]]] = {
    g.BlockSum: _block_sum,
    g.ColourMix: _none,
    g.CentredRgb: _none,
    g.Census: _census,
    g.CostVolume: _none,  # registers
    g.Conv2d: _conv2d,
    g.Requantise: _none,
    g.Concat: _none,
    g.MaxPool: _max_pool,
    g.DepthToSpace: _depth_to_space,
    g.ReflectPad: _reflect_pad,
    g.Crop: _none,
    g.Upsample: _upsample,
    Fork: _none,
    ChangeLanes: _none,
}
