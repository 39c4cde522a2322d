"""Which of a design's memories are UltraRAM: deep FIFOs, line buffers."""

from collections.abc import Sequence
from dataclasses import replace

from fdscs.hardware.dataflow import Dataflow, Process
from fdscs.hardware.external import DRAM
from fdscs.hardware.memories import Memory, fifo, in_ultra_ram, small_or_bram
from fdscs.hardware.ops.table import TABLE, placed


def memories(flow: Dataflow, process: Process) -> list[Memory]:
    """Memories within a process; the FIFOs that it reads are not its own."""
    operation, at = TABLE[type(process.op)], placed(flow, process)
    function = operation.function(process.op, at)
    return operation.memories(function, operation.parameters(process.op, at))


def kind(flow: Dataflow, process: Process, memory: Memory) -> str:
    """What a memory within `process` is made of: srl, lutram, bram or uram."""
    if process.name in flow.ultra and not memory.constant:
        return "uram"
    return small_or_bram(memory, flow.fabric)


def with_ultra_ram(flow: Dataflow, urams: int) -> Dataflow:
    """`flow` with up to `urams` UltraRAMs in the place of block RAMs.

    Tables stay: UltraRAM cannot be initialised.
    """
    inside = {each.name: _movable(memories(flow, each), flow) for each in flow.processes}
    fifos = {
        name: _movable([fifo(each)], flow)
        for name, each in flow.streams.items()
        if each.memory != DRAM
    }
    found = {
        (where, name): group
        for where, groups in (("process", inside), ("stream", fifos))
        for name, group in groups.items()
        if group
    }
    chosen = in_ultra_ram(found, urams)
    streams = {name: flow.streams[name].depth for where, name in chosen if where == "stream"}
    flow = flow.with_fifos({name: (depth, "uram") for name, depth in streams.items()})
    return replace(flow, ultra=frozenset(name for where, name in chosen if where == "process"))


def _movable(found: Sequence[Memory], flow: Dataflow) -> list[Memory]:
    return [
        each for each in found if not each.constant and small_or_bram(each, flow.fabric) == "bram"
    ]
