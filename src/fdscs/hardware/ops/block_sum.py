"""Sums of 2×2 pixels: a row of sums of two waits for the row below."""

import numpy as np

from fdscs.hardware.cycles import Schedule, Shape, one_by_one
from fdscs.hardware.dataflow import Grid, Stream, Word
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.memories import Memory, lines
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, Surroundings, code, number
from fdscs.model import graph as g


class BlockSum(Operation[g.BlockSum]):
    """Reads a pixel a cycle."""

    def grid(self, op: g.BlockSum, source: Grid) -> Grid:
        return Grid()

    def lanes_written(self, op: g.BlockSum, inputs: list[Stream], around: Surroundings) -> int:
        return op.channels

    def schedule(self, op: g.BlockSum, at: Placed, s: Shape) -> Schedule:
        last_row = 2 * np.arange(s.out_rows) + 1 - s.rows % 2
        last_column = 2 * np.arange(s.out_columns) + 1 - s.columns % 2
        writes = (last_row[:, None] * s.columns + last_column).ravel()
        return Schedule(one_by_one(s.pixels, 1), writes, s.pixels)

    def memories(self, function: str, p: Parameters) -> list[Memory]:
        return [lines("above", number(p, "max_columns"), Word(code(p, "sum"), 3))]

    def sizes(self, function: str, p: Parameters) -> Sizes:
        # Positions count camera pixels; three sums of two and of four pass through registers.
        columns = column_bits(2 * number(p, "max_columns"))
        return {CONTROL: 1, "column bits": columns, "sum bits": 3 * code(p, "sum").bits}

    def parameters(self, op: g.BlockSum, at: Placed) -> Parameters:
        return {"sum": at.output.code, "max_columns": at.columns}
