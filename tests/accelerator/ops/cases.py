"""What the tests of all operations share: one description, made in C++ and in SystemVerilog."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fdscs.accelerator.hls.calls import cpp
from fdscs.accelerator.rtl.instances import latency, module, named
from fdscs.hardware.cycles import Schedule, Shape
from fdscs.hardware.memories import Memory
from fdscs.hardware.ops.operation import Value
from fdscs.hardware.ops.table import TABLE
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.vectors.words import Lanes
from tests.accelerator.hls.kernel import Kernel, Port, array, table
from tests.accelerator.rtl.module import Frames, Module

Tensors = Sequence[IntArray]
Make = Callable[[int, int], Tensors]  # tensors for an image of rows, columns
Sizes = Sequence[tuple[int, int]]
Parameters = Mapping[str, Value]
FRAMES = 3  # back to back
SEEDS = (1, 2)


@dataclass(frozen=True)
class Table:
    """A layer's parameter: as C++ has it, and the file that SystemVerilog reads for a parameter."""

    name: str
    kind: str
    words: IntArray
    parameter: str
    hex_lines: bytes


class Operation:
    """An operation with the parameters of hardware/ops, beside that of the reference."""

    def __init__(
        self,
        folder: Path,
        name: str,
        parameters: Parameters,
        inputs: Mapping[str, Lanes],
        outputs: Mapping[str, Lanes],
        reference: Callable[[Tensors, int, int], Tensors],
        schedule: Callable[[Shape], Schedule],
        tables: Sequence[Table] = (),
        **generics: int,
    ) -> None:
        """Streams are by the prefix of their ports; `generics` are SystemVerilog's alone."""
        self.name, self.inputs, self.outputs = name, inputs, outputs
        self.reference, self.schedule = reference, schedule
        self.compile(folder, parameters, tables, generics)

    def compile(
        self, folder: Path, parameters: Parameters, tables: Sequence[Table],
        generics: Mapping[str, int],
    ) -> None:  # fmt: skip
        """Make a program of it."""
        raise NotImplementedError

    def check(self, make: Make, sizes: Sizes, seeds: Sequence[int] = SEEDS) -> None:
        """Equal to the reference, in the cycles of the schedule, for images of each of `sizes`."""
        raise NotImplementedError

    def shape(self, frames: Frames) -> Shape:
        """What the schedule depends on."""
        size, out = frames.inputs[0][0].shape[1:], frames.outputs[0][0].shape[1:]
        words = max(layout.words_per_pixel for layout in self.inputs.values())
        return Shape(*size, *out, words, next(iter(self.outputs.values())).words_per_pixel)

    def frames(self, make: Make, rows: int, columns: int, count: int) -> Frames:
        """So many frames of one size, with what the reference makes of them."""
        inputs = [make(rows, columns) for _ in range(count)]
        outputs = [self.reference(tensors, rows, columns) for tensors in inputs]
        return Frames(rows, columns, inputs, outputs)


class SystemVerilog(Operation):
    """rtl/ops, simulated by Verilator: three frames of each size back to back, in one run through
    all sizes, without pauses and with random ones on both sides."""

    def compile(
        self, folder: Path, parameters: Parameters, tables: Sequence[Table],
        generics: Mapping[str, int],
    ) -> None:  # fmt: skip
        for each in tables:
            (folder / f"{each.name}.hex").write_bytes(each.hex_lines)
        values = {**named(parameters), **generics}
        self.latency = latency(self.name, values)
        files = {each.parameter: f"{each.name}.hex" for each in tables}
        given = {**values, **files}
        self.module = Module(folder, module(self.name), given, self.inputs, self.outputs)

    def check(self, make: Make, sizes: Sizes, seeds: Sequence[int] = SEEDS) -> None:
        cases = [self.frames(make, *size, FRAMES) for size in sizes]
        self._check_cycles(cases)
        for seed in seeds:
            self.module.check(cases, seed)

    def _check_cycles(self, cases: Sequence[Frames]) -> None:
        run = self.module.check(cases)
        read, written = [0] * len(run.reads), [0] * len(run.writes)
        for frames in cases:
            shape = self.shape(frames)
            plan = self.schedule(shape)
            starts = plan.pace * np.arange(FRAMES)[:, None]
            again = np.concatenate([plan.ahead - plan.pace, plan.reads[len(plan.ahead) :]])
            for found, at, ports, expected, behind, late in (
                (run.reads, read, self.inputs, plan.reads, again, 0),
                (run.writes, written, self.outputs, plan.writes, plan.writes, self.latency),
            ):
                for i, layout in enumerate(ports.values()):
                    words = layout.words_per_pixel
                    count = FRAMES * len(expected) * words
                    last = found[i][at[i] : at[i] + count][words - 1 :: words]
                    at[i] += count
                    if late == 0 and words < shape.words:
                        continue  # the schedule is that of the input with most words
                    cycles = np.array([expected, *[behind] * (FRAMES - 1)]) + starts + late
                    size = frames.rows, frames.columns
                    assert np.array_equal(last.reshape(FRAMES, -1), cycles), size


class Cpp(Operation):
    """hls/ops, compiled with g++."""

    def compile(
        self, folder: Path, parameters: Parameters, tables: Sequence[Table],
        generics: Mapping[str, int],
    ) -> None:  # fmt: skip
        template = ", ".join(map(cpp, parameters.values()))
        streams = [f"in{i}" for i in range(len(self.inputs))]
        made = ["made"] if len(self.outputs) == 1 else list(self.outputs)
        memories = memories_of(self.name, parameters)
        names = [*(each.what for each in memories), *(each.name for each in tables)]
        arguments = [*streams, *made, *names]
        call = f"{self.name}<{template}>({', '.join(arguments)}, (Size)rows, (Size)columns)"
        texts = "".join(table(each.kind, each.name, each.words) for each in tables)
        texts += "".join(map(array, memories))
        ports = [_port(layout) for layout in self.inputs.values()]
        port = _port(next(iter(self.outputs.values())))
        call = AROUND.get(self.name, "{call}").format(call=call, codes=port.codes, lanes=port.lanes)
        self.kernel = Kernel(folder, self.name, call, ports, port, texts)

    def check(self, make: Make, sizes: Sizes, seeds: Sequence[int] = SEEDS) -> None:
        for size in sizes:
            frames = self.frames(make, *size, 1)
            inputs, expected = frames.inputs[0], np.concatenate(frames.outputs[0], axis=1)
            case = inputs, expected.shape, *size
            assert np.array_equal(self.kernel(*case), expected), size
            if self.name not in AROUND:
                self._check_cycles(case, self.schedule(self.shape(frames)))

    def _check_cycles(self, case: Any, plan: Schedule) -> None:
        assert self.kernel.cycles == plan.cycles, case[2:]
        read, made = (
            next(iter(ports.values())).words_per_pixel for ports in (self.inputs, self.outputs)
        )
        if len(self.inputs) == 1:
            assert np.array_equal(self.kernel.reads(*case)[read - 1 :: read], plan.reads)
        last = np.arange(1, len(plan.writes) + 1) * made - 1  # words of each pixel
        assert np.array_equal(self.kernel.writes(*case)[last[last > 0] - 1], plan.writes[last > 0])


LANGUAGES: tuple[type[Operation], ...] = (Cpp, SystemVerilog)

# What a function that reads or writes something else than words is called with: {call} in it.
AROUND = {
    "fork": """{{
        hls::stream<Word<{codes}, {lanes}>> first("first"), second("second");
        {call};
        while (!first.empty()) made.write(first.read());
        while (!second.empty()) made.write(second.read());
    }}""",
}


def memories_of(function: str, parameters: Parameters) -> list[Memory]:
    """The memories that a function of hls/ops is given."""
    name = function.removesuffix("_pairs")
    operation = next(each for each in TABLE.values() if type(each).__module__.endswith("." + name))
    return [m for m in operation.memories(function, dict(parameters)) if not m.constant]


def _port(layout: Lanes) -> Port:
    return Port(layout.bits, layout.signed, layout.channels, layout.lanes)


def scheduled(kind: type) -> Callable[[Shape], Schedule]:
    """The schedule of an operation that depends on sizes alone."""
    operation: Any = TABLE[kind]
    return lambda shape: operation.schedule(None, None, shape)


def halves(rows: int, columns: int) -> tuple[int, int]:
    """Half resolution."""
    return -(-rows // 2), -(-columns // 2)
