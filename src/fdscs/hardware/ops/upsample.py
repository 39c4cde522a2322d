"""Full-resolution disparity: two rows of half resolution wait."""

import numpy as np

from fdscs.hardware.cycles import Schedule, Shape, row_by_row
from fdscs.hardware.dataflow import Word
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.memories import Memory, lines
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, code, number
from fdscs.model import graph as g

ADDED_FRAC = 2  # fraction bits that interpolation adds


class Upsample(Operation[g.Upsample]):
    """Output rows, cropped at the top and left, follow the half-resolution row below them."""

    def schedule(self, op: g.Upsample, at: Placed, s: Shape) -> Schedule:
        behind = (np.arange(s.out_rows) + s.out_rows % 2) // 2
        return row_by_row(s, np.minimum(behind + 2, s.rows), s.out_columns)

    def memories(self, function: str, p: Parameters) -> list[Memory]:
        return [lines("lines", number(p, "max_columns"), Word(code(p, "half"), 1), 2, 2)]

    def sizes(self, function: str, p: Parameters) -> Sizes:
        return {
            CONTROL: 1,
            "column bits": column_bits(2 * number(p, "max_columns")),
            "code bits": code(p, "half").bits,
        }

    def parameters(self, op: g.Upsample, at: Placed) -> Parameters:
        return {
            "grid": at.inputs[0].grid,
            "half": at.inputs[0].code,
            "full": at.output.code,
            "frac": op.format.frac - ADDED_FRAC,
            "max_columns": at.columns_in,
        }
