"""What a design takes of a board, layer by layer.

Multipliers and memories follow from the generated code. Logic (LUTs and flip-flops) does not: only
synthesis tells it.
"""

from dataclasses import dataclass

from fdscs.hardware.boards import Board
from fdscs.hardware.dataflow import Dataflow, Process
from fdscs.hardware.memories import Memory, fifo, small_or_bram
from fdscs.hardware.ops.table import TABLE, placed
from fdscs.hardware.timing import Timing


@dataclass(frozen=True)
class Usage:
    """DSP slices, block RAMs of 36 Kbit, UltraRAMs, and LUTs of distributed RAM alone."""

    dsps: int = 0
    brams: float = 0
    urams: int = 0
    ram_luts: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.dsps + other.dsps,
            self.brams + other.brams,
            self.urams + other.urams,
            self.ram_luts + other.ram_luts,
        )

    def shares(self, board: Board) -> dict[str, float]:
        """Share of each resource of `board`; infinite where it has none."""
        pairs = {
            "DSP": (self.dsps, board.dsps),
            "BRAM": (self.brams, board.brams),
            "URAM": (self.urams, board.urams),
        }
        return {
            name: used / there if there else (float("inf") if used else 0.0)
            for name, (used, there) in pairs.items()
        }


@dataclass(frozen=True)
class Row:
    """A process: cycles a frame, cycles to its first output, products a cycle, what it takes."""

    name: str
    cycles: int
    first: int
    macs: int
    usage: Usage
    memory_bits: int


def usage_of(memory: Memory, kind: str) -> Usage:
    """Of one memory of a kind; a shift register takes the LUTs of distributed RAM."""
    if kind == "bram":
        return Usage(brams=memory.brams)
    if kind == "uram":
        return Usage(urams=memory.urams)
    return Usage(ram_luts=memory.luts)


def rows(flow: Dataflow, timing: Timing) -> list[Row]:
    """Every process with the FIFOs that it reads."""
    return [_row(flow, timing, process) for process in flow.processes]


def _row(flow: Dataflow, timing: Timing, process: Process) -> Row:
    operation, at = TABLE[type(process.op)], placed(flow, process)
    inside = operation.memories(process.op, at)
    usage = sum((usage_of(each, small_or_bram(each)) for each in inside), Usage())
    usage += Usage(dsps=operation.dsps(process.op, at))
    bits = sum(each.bits for each in inside)
    for name in process.inputs:
        if name in flow.streams:
            stream = flow.streams[name]
            usage += usage_of(fifo(stream), stream.memory)
            bits += fifo(stream).bits
    name, macs = process.name, operation.products(process.op, at)
    return Row(name, timing.cycles[name], timing.first[name], macs, usage, bits)


def total(table: list[Row]) -> Usage:
    """The sum of all rows."""
    return sum((row.usage for row in table), Usage())
