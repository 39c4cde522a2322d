"""What a design takes of a board, layer by layer.

Multipliers and memories follow from the generated code; logic (LUTs and flip-flops) is estimated
from syntheses of the SystemVerilog, and added to the LUTs of distributed RAM.
"""

from dataclasses import dataclass

from fdscs.hardware import external
from fdscs.hardware.dataflow import Dataflow, Process, Stream
from fdscs.hardware.logic import fifo_sizes, logic
from fdscs.hardware.memories import Memory, fifo
from fdscs.hardware.ops.table import TABLE, placed
from fdscs.hardware.placement import kind, memories
from fdscs.hardware.timing import Timing
from fdscs.hardware.usage import Usage


@dataclass(frozen=True)
class ProcessCost:
    """A process: cycles a frame, cycles to its first output, products a cycle, what it takes."""

    name: str
    cycles: int
    first: int
    macs: int
    usage: Usage
    memory_bits: int


def usage_of(memory: Memory, kind: str) -> Usage:
    """What a memory takes when made of `kind`; shift registers count as distributed RAM."""
    if kind == "bram":
        return Usage(brams=memory.brams)
    if kind == "uram":
        return Usage(urams=memory.urams)
    return Usage(luts=memory.luts)


def process_costs(flow: Dataflow, timing: Timing) -> list[ProcessCost]:
    """Every process with the FIFOs that it reads."""
    return [_cost(flow, timing, process) for process in flow.processes]


def _cost(flow: Dataflow, timing: Timing, process: Process) -> ProcessCost:
    operation, at = TABLE[type(process.op)], placed(flow, process)
    inside = memories(flow, process)
    usage = sum((usage_of(each, kind(flow, process, each)) for each in inside), Usage())
    usage += Usage(dsps=operation.dsps(process.op, at))
    function = operation.function(process.op, at)
    sizes = operation.sizes(function, operation.parameters(process.op, at))
    usage += logic(function, sizes)
    bits = sum(each.bits for each in inside)
    for name in process.inputs:
        if name in flow.streams:
            stream = flow.streams[name]
            usage += _fifo_usage(stream)
            bits += 0 if stream.memory == external.DRAM else fifo(stream).bits
    name, macs = process.name, operation.products(process.op, at)
    return ProcessCost(name, timing.cycles[name], timing.first[name], macs, usage, bits)


def _fifo_usage(stream: Stream) -> Usage:
    if stream.memory == external.DRAM:
        return external.usage(stream)
    sizes = fifo_sizes(stream.word_bits, stream.depth, stream.memory)
    return usage_of(fifo(stream), stream.memory) + logic(*sizes)


def total(table: list[ProcessCost]) -> Usage:
    """The sum of all processes."""
    return sum((each.usage for each in table), Usage())
