"""Mirrored borders: the rows that are mirrored wait in memory."""

import numpy as np

from fdscs.hardware.cycles import Schedule, Shape, row_by_row
from fdscs.hardware.dataflow import Grid, Word
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.memories import Memory, lines
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, code, number
from fdscs.model import graph as g


class ReflectPad(Operation[g.ReflectPad]):
    """Reads the rows that an output row needs, then writes it."""

    def grid(self, op: g.ReflectPad, source: Grid) -> Grid:
        return Grid(0, op.multiple)

    def schedule(self, op: g.ReflectPad, at: Placed, s: Shape) -> Schedule:
        top = (s.out_rows - s.rows) // 2
        inner = np.abs(np.arange(s.out_rows) - top)
        inner = np.where(inner >= s.rows, 2 * (s.rows - 1) - inner, inner)
        return row_by_row(s, np.maximum.accumulate(inner) + 1, s.out_columns * s.words)

    def memories(self, function: str, p: Parameters) -> list[Memory]:
        groups = -(-number(p, "channels") // number(p, "lanes"))
        depth = (number(p, "multiple") // 2 + 1) * number(p, "max_columns") * groups
        return [lines("kept", depth, Word(code(p, "code"), number(p, "lanes")))]

    def sizes(self, function: str, p: Parameters) -> Sizes:
        groups = -(-number(p, "channels") // number(p, "lanes"))
        words = (number(p, "multiple") // 2 + 1) * number(p, "max_columns") * groups
        return {
            CONTROL: 1,
            "column bits": column_bits(number(p, "max_columns")),
            "address bits": words.bit_length(),
            "word bits": number(p, "lanes") * code(p, "code").bits,
        }

    def parameters(self, op: g.ReflectPad, at: Placed) -> Parameters:
        return {
            "grid": at.inputs[0].grid,
            "padded": at.output.grid,
            "multiple": op.multiple,
            "code": at.output.code,
            "channels": op.channels,
            "lanes": at.output.lanes,
            "max_columns": at.columns_in,
        }
