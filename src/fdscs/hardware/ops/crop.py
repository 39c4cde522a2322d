"""Takes off what mirroring added: pixels outside are read and dropped."""

from fdscs.hardware.cycles import Schedule, Shape, one_by_one
from fdscs.hardware.dataflow import Grid
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, code, number
from fdscs.model import graph as g


class Crop(Operation[g.Crop]):
    """Reads a word a cycle."""

    def grid(self, op: g.Crop, source: Grid) -> Grid:
        return Grid()

    def schedule(self, op: g.Crop, at: Placed, s: Shape) -> Schedule:
        reads = one_by_one(s.pixels, s.words)
        top, left = (s.rows - s.out_rows) // 2, (s.columns - s.out_columns) // 2
        inner = reads.reshape(s.rows, s.columns)[top:, left:][: s.out_rows, : s.out_columns]
        return Schedule(reads, inner.ravel(), s.pixels * s.words)

    def sizes(self, function: str, p: Parameters) -> Sizes:
        return {
            CONTROL: 1,
            "column bits": column_bits(number(p, "max_columns")),
            "word bits": number(p, "lanes") * code(p, "code").bits,
        }

    def parameters(self, op: g.Crop, at: Placed) -> Parameters:
        return {
            "padded": at.inputs[0].grid,
            "grid": at.output.grid,
            "code": at.output.code,
            "channels": op.channels,
            "lanes": at.output.lanes,
            "max_columns": at.columns_in,
        }
