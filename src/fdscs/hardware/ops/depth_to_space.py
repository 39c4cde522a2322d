"""Four times the channels into 2×2 pixels: the lower row waits until the upper one is out."""

from dataclasses import replace

import numpy as np

from fdscs.hardware.cycles import Schedule, Shape, one_by_one
from fdscs.hardware.dataflow import Grid, Stream, Word
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.memories import Memory, lines
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, Surroundings, code, number
from fdscs.model import graph as g


class DepthToSpace(Operation[g.DepthToSpace]):
    """Half of the words pass as they are read, half follow when the row ends."""

    def grid(self, op: g.DepthToSpace, source: Grid) -> Grid:
        return replace(source, level=source.level - 1)

    def lanes_read(
        self, op: g.DepthToSpace, tensor: str, stream: Stream, around: Surroundings
    ) -> int:
        # A word holds channels of one output pixel.
        fitting = [n for n in range(1, op.channels + 1) if op.channels % n == 0]
        return max(n for n in fitting if n <= stream.lanes)

    def schedule(self, op: g.DepthToSpace, at: Placed, s: Shape) -> Schedule:
        half = s.words // 2
        row = s.columns * s.words + s.columns * half
        start = row * np.arange(s.rows, dtype=np.int64)[:, None]
        reads = start + one_by_one(s.columns, s.words)
        each = np.arange(s.columns)[:, None] * s.words + np.array([half // 2, half]) - 1
        upper = start + each.ravel()
        lower = start + s.columns * s.words + one_by_one(2 * s.columns, half // 2)
        writes = np.stack([upper, lower], axis=1)
        return Schedule(reads.ravel(), writes.ravel(), s.rows * row)

    def memories(self, function: str, p: Parameters) -> list[Memory]:
        words = 2 * number(p, "channels") // number(p, "lanes")
        word = Word(code(p, "code"), number(p, "lanes"))
        return [lines("lower", number(p, "max_columns") * words, word)]

    def sizes(self, function: str, p: Parameters) -> Sizes:
        words = 2 * number(p, "channels") // number(p, "lanes")  # of the lower row, a pixel read
        return {
            CONTROL: 1,
            "column bits": column_bits(number(p, "max_columns")),
            "address bits": (number(p, "max_columns") * words).bit_length(),
            "word bits": number(p, "lanes") * code(p, "code").bits,
        }

    def parameters(self, op: g.DepthToSpace, at: Placed) -> Parameters:
        return {
            "grid": at.inputs[0].grid,
            "code": at.output.code,
            "channels": op.channels,
            "lanes": at.output.lanes,
            "max_columns": at.columns_in,
        }
