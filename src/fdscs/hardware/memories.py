"""What weights, line buffers and FIFOs are made of: shift registers, LUTs, block RAM, UltraRAM."""

from collections.abc import Mapping
from dataclasses import dataclass

from fdscs.hardware.dataflow import Stream
from fdscs.hardware.fabric import ULTRASCALE, Fabric

BRAM_LUTS = 257  # of 64 bits each, which a table has to save for a block RAM, by Yosys' costs
# Words and bits of a block RAM of 18 Kbit in its shapes, with one port to read and one to write.
BRAM_SHAPES = ((512, 36), (1024, 18), (2048, 9), (4096, 4), (8192, 2), (16384, 1))
URAM_SHAPE = (4096, 72)
# Eight LUTs with one port to write and one to read: RAM64M8 and RAM32M16.
LUTRAM_DEPTH, LUTRAM_WIDTH, HALF_WIDTH = 64, 7, 14


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
        """LUTs, where it is distributed RAM: a table holds 64 bits in one, a memory less."""
        if self.constant:
            return -(-self.depth // LUTRAM_DEPTH) * self.width
        if self.depth <= LUTRAM_DEPTH // 2:
            return 8 * -(-self.width // HALF_WIDTH)
        return 8 * -(-self.depth // LUTRAM_DEPTH) * -(-self.width // LUTRAM_WIDTH)

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


def fifo_memories(
    depths: Mapping[str, tuple[int, int]], urams: int, fabric: Fabric = ULTRASCALE
) -> dict[str, str]:
    """What FIFOs of (depth, width) are made of: srl, lutram, bram, or uram for at most `urams`.

    UltraRAM goes where one takes the place of most block RAMs, and of two at least.
    """
    sizes = {name: Memory("FIFO", *size) for name, size in depths.items()}
    kinds = {name: small_or_bram(memory, fabric) for name, memory in sizes.items()}
    deep = [name for name, kind in kinds.items() if kind == "bram"]
    for name in sorted(deep, key=lambda n: -sizes[n].brams / sizes[n].urams):
        memory = sizes[name]
        if memory.urams <= urams and memory.brams >= 2 * memory.urams:
            kinds[name] = "uram"
            urams -= memory.urams
    return kinds


def small_or_bram(memory: Memory, fabric: Fabric = ULTRASCALE) -> str:
    """Shift registers (of FIFOs), distributed RAM, or block RAM: by depth, tables by their bits."""
    if memory.constant:
        return "lutram" if memory.bits < 64 * BRAM_LUTS * memory.brams else "bram"
    if memory.depth <= 32:
        return "srl"
    return "lutram" if memory.depth <= fabric.shallow else "bram"


def fifo(stream: Stream) -> Memory:
    """The memory of a stream."""
    return Memory("FIFO", stream.depth, stream.word_bits)
