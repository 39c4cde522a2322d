"""Deep streams in external memory, behind a small part of them on chip: `dram_fifo` of rtl/ops."""

from fdscs.hardware.dataflow import Dataflow, Stream
from fdscs.hardware.memories import Memory, fifo
from fdscs.hardware.usage import Usage

DRAM = "dram"  # what such a stream is made of
BEAT = 128  # bits that the memory takes and gives in a cycle
BURST = 64  # beats: 1 KiB, a slot of the ring
WAITING = 512  # beats on chip, on either side
LATENCY = 256  # cycles until a word that has left the chip may be back
SHARE = 0.05  # of the bits of all FIFOs, from which on one is worth a port to memory
# By Yosys' syntheses for UltraScale+ of words of 8 to 256 bits, within 19 %.
LUTS, LUTS_PER_BIT = 700.0, 1.6
FFS, FFS_PER_BIT = 980.0, 1.3


def with_external(flow: Dataflow) -> Dataflow:
    """`flow` with its deepest FIFOs in external memory: those that take more on chip otherwise."""
    bits = {name: fifo(each).bits for name, each in flow.streams.items()}
    least = SHARE * sum(bits.values())
    chosen = [
        each
        for name, each in flow.streams.items()
        if bits[name] >= least and fifo(each).brams > 2 * usage(each).brams
    ]
    return flow.with_fifos({each.name: (each.depth, DRAM) for each in chosen})


def external(flow: Dataflow) -> list[Stream]:
    """The streams in external memory, in the order of the dataflow."""
    return [each for each in flow.streams.values() if each.memory == DRAM]


def slots(stream: Stream) -> int:
    """KiB of the stream's ring: its words, and a burst at either end."""
    return -(-_beats(stream, stream.depth) // BURST) + 2


def usage(stream: Stream) -> Usage:
    """What it takes on chip."""
    sides = 2 * Memory("FIFO", WAITING, BEAT).brams
    width = stream.word_bits
    return Usage(brams=sides, luts=LUTS + LUTS_PER_BIT * width, ffs=FFS + FFS_PER_BIT * width)


def bandwidth(flow: Dataflow, rows: int, columns: int) -> int:
    """Bytes that are written and read, together, for a frame of `rows` × `columns` pixels."""
    return sum(2 * beats(each, rows, columns) * BEAT // 8 for each in external(flow))


def beats(stream: Stream, rows: int, columns: int) -> int:
    """Beats of a frame of `rows` × `columns` pixels, each way: so many cycles it takes at least."""
    height, width = stream.grid.size(rows, columns)
    return _beats(stream, height * width * stream.words)


def _beats(stream: Stream, words: int) -> int:
    """Beats that hold so many words: several in one, or one in several."""
    together = BEAT // stream.word_bits
    return -(-words // together) if together else words * -(-stream.word_bits // BEAT)
