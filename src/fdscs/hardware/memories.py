"""What weights, line buffers and FIFOs are made of: shift registers, LUTs, block RAM, UltraRAM."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fdscs.hardware.dataflow import Stream, Word
from fdscs.hardware.fabric import ULTRASCALE, Fabric

BRAM_LUTS = 257  # of 64 bits each, which a table has to save for a block RAM, by Yosys' costs
# Words and bits of a block RAM of 18 Kbit in its shapes, with one port to read and one to write.
BRAM_SHAPES = ((512, 36), (1024, 18), (2048, 9), (4096, 4), (8192, 2), (16384, 1))
URAM_SHAPE = (4096, 72)
# Eight LUTs with one port to write and one to read: RAM64M8 and RAM32M16.
LUTRAM_DEPTH, LUTRAM_WIDTH, HALF_WIDTH = 64, 7, 14


Name = TypeVar("Name")


@dataclass(frozen=True)
class Memory:
    """`banks` memories side by side of `depth` words of `width` bits; a table is constant, and
    UltraRAM cannot hold it. `word` is what it holds, where that are words of a stream; `reads` are
    made of it in a cycle."""

    what: str
    depth: int
    width: int
    constant: bool = False
    banks: int = 1
    word: Word | None = None
    reads: int = 1

    @property
    def bits(self) -> int:
        """Bits stored."""
        return self.banks * self.depth * self.width

    @property
    def luts(self) -> int:
        """LUTs, where it is distributed RAM: a table holds 64 bits in one, a memory less."""
        if self.constant:
            return self.banks * -(-self.depth // LUTRAM_DEPTH) * self.width
        if self.depth <= LUTRAM_DEPTH // 2:
            return self.banks * 8 * -(-self.width // HALF_WIDTH)
        deep, wide = -(-self.depth // LUTRAM_DEPTH), -(-self.width // LUTRAM_WIDTH)
        return self.banks * 8 * deep * wide

    @property
    def brams(self) -> float:
        """Block RAMs of 36 Kbit, where it is made of them."""
        halves = (-(-self.depth // deep) * -(-self.width // wide) for deep, wide in BRAM_SHAPES)
        return self.banks * min(halves) / 2

    @property
    def urams(self) -> int:
        """UltraRAMs, where it is made of them."""
        deep, wide = URAM_SHAPE
        return self.banks * -(-self.depth // deep) * -(-self.width // wide)


def lines(what: str, depth: int, word: Word, banks: int = 1, reads: int = 1) -> Memory:
    """A memory of words of a stream."""
    width = word.code.bits * word.lanes
    return Memory(what, depth, width, banks=banks, word=word, reads=reads)


def in_ultra_ram(found: Mapping[Name, Sequence[Memory]], urams: int) -> set[Name]:
    """Which memories, `found` in groups, become UltraRAM instead of block RAM, of at most `urams`.

    It goes where one takes the place of most block RAMs, and of two at least.
    """
    sizes = {
        name: (sum(each.brams for each in group), sum(each.urams for each in group))
        for name, group in found.items()
    }
    chosen = set()
    for name, (brams, ultra) in sorted(sizes.items(), key=lambda item: -item[1][0] / item[1][1]):
        if ultra <= urams and brams >= 2 * ultra:
            chosen.add(name)
            urams -= ultra
    return chosen


def small_or_bram(memory: Memory, fabric: Fabric = ULTRASCALE) -> str:
    """Shift registers (of FIFOs), distributed RAM, or block RAM: by depth, tables by their bits."""
    if memory.constant:
        return "lutram" if memory.bits < 64 * BRAM_LUTS * memory.brams else "bram"
    if memory.depth <= 32:
        return "srl"
    return "lutram" if memory.depth <= fabric.shallow else "bram"


def fifo(stream: Stream) -> Memory:
    """The memory of a stream."""
    return lines("FIFO", stream.depth, stream.word)
