"""Census of 5×5 windows: four rows of luma wait."""

import numpy as np

from fdscs.hardware.cycles import Schedule, Shape
from fdscs.hardware.dataflow import Word
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.memories import Memory, lines
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, code, number
from fdscs.model import graph as g

REACH = 2  # pixels that the window goes beyond its centre


class Census(Operation[g.Census]):
    """A window a cycle, over rows and columns that are REACH longer than the image."""

    def schedule(self, op: g.Census, at: Placed, s: Shape) -> Schedule:
        y, x = np.mgrid[: s.rows, : s.columns]
        width = s.columns + REACH
        writes = (y + REACH) * width + x + REACH
        return Schedule((y * width + x).ravel(), writes.ravel(), (s.rows + REACH) * width)

    def memories(self, function: str, p: Parameters) -> list[Memory]:
        return [lines("lines", number(p, "max_columns"), Word(code(p, "luma"), 1), 2 * REACH)]

    def sizes(self, function: str, p: Parameters) -> Sizes:
        # 24 neighbours are compared with the centre; 25 are held.
        columns = column_bits(number(p, "max_columns") + REACH)
        return {CONTROL: 1, "column bits": columns, "window bits": 25 * code(p, "luma").bits}

    def parameters(self, op: g.Census, at: Placed) -> Parameters:
        return {
            "grid": at.output.grid,
            "luma": at.inputs[0].code,
            "bits": at.output.code,
            "max_columns": at.columns,
        }
