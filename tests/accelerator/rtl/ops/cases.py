"""What the tests of all operations share: frames from a reference, pauses and cycles."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fdscs.accelerator.rtl.instances import latency, module, named
from fdscs.hardware.cycles import Schedule, Shape
from fdscs.hardware.ops.operation import Value
from fdscs.hardware.ops.table import TABLE
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.vectors.words import Lanes
from tests.accelerator.rtl.module import Frames, Module

Tensors = Sequence[IntArray]
FRAMES = 3  # back to back
SEEDS = (1, 2)


class Operation:
    """A module with the parameters of hardware/ops, beside the operation of the reference."""

    def __init__(
        self, folder: Path, name: str, parameters: Mapping[str, Value],
        inputs: Mapping[str, Lanes], outputs: Mapping[str, Lanes],
        reference: Callable[[Tensors, int, int], Tensors],
        schedule: Callable[[Shape], Schedule], **more: object,
    ) -> None:  # fmt: skip
        self.reference, self.schedule = reference, schedule
        values = named(parameters)
        given = {**values, **more}
        self.latency = latency(name, {k: v for k, v in given.items() if isinstance(v, int)})
        self.module = Module(folder, module(name), given, inputs, outputs)

    def check(
        self, make: Callable[[int, int], Tensors], sizes: Sequence[tuple[int, int]],
        seeds: Sequence[int] = SEEDS,
    ) -> None:  # fmt: skip
        """Frames of images of each of `sizes`, three of a size back to back: equal to the reference
        with pauses and without, and without them in the cycles of the schedule."""
        cases = [self._frames(make, *size) for size in sizes]
        self._check_cycles(cases)
        for seed in seeds:
            self.module.check(cases, seed)

    def _frames(self, make: Callable[[int, int], Tensors], rows: int, columns: int) -> Frames:
        inputs = [make(rows, columns) for _ in range(FRAMES)]
        outputs = [self.reference(tensors, rows, columns) for tensors in inputs]
        return Frames(rows, columns, inputs, outputs)

    def _check_cycles(self, cases: Sequence[Frames]) -> None:
        run = self.module.check(cases)
        read, written = [0] * len(run.reads), [0] * len(run.writes)
        for frames in cases:
            shape = self._shape(frames)
            plan = self.schedule(shape)
            starts = plan.pace * np.arange(FRAMES)[:, None]
            again = np.concatenate([plan.ahead - plan.pace, plan.reads[len(plan.ahead) :]])
            for found, at, ports, expected, behind, late in (
                (run.reads, read, self.module.inputs, plan.reads, again, 0),
                (run.writes, written, self.module.outputs, plan.writes, plan.writes, self.latency),
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

    def _shape(self, frames: Frames) -> Shape:
        size, out = frames.inputs[0][0].shape[1:], frames.outputs[0][0].shape[1:]
        words = max(layout.words_per_pixel for layout in self.module.inputs.values())
        return Shape(*size, *out, words, next(iter(self.module.outputs.values())).words_per_pixel)


def scheduled(kind: type) -> Callable[[Shape], Schedule]:
    """The schedule of an operation that depends on sizes alone."""
    operation: Any = TABLE[kind]
    return lambda shape: operation.schedule(None, None, shape)


def halves(rows: int, columns: int) -> tuple[int, int]:
    """Half resolution."""
    return -(-rows // 2), -(-columns // 2)
