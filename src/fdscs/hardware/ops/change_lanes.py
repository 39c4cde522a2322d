"""Words of another number of lanes."""

from fdscs.hardware.cycles import Schedule, Shape, interleaved
from fdscs.hardware.dataflow import ChangeLanes as ChangeLanesNode
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, code, number


class ChangeLanes(Operation[ChangeLanesNode]):
    """A pixel is written while the next is read."""

    def schedule(self, op: ChangeLanesNode, at: Placed, s: Shape) -> Schedule:
        return interleaved(s)

    def sizes(self, function: str, p: Parameters) -> Sizes:
        # A pixel is gathered and, in words that move up, given: where there are several, each bit
        # is taken or moved.
        bits, channels = code(p, "code").bits, number(p, "channels")
        words, given = -(-channels // number(p, "from")), -(-channels // number(p, "to"))
        return {
            CONTROL: 1,
            "column bits": column_bits(number(p, "max_columns")),
            "gathered bits": bits * words * number(p, "from"),
            "moved bits": bits * (given - 1) * number(p, "to"),
            "word bits": bits * number(p, "to"),
        }

    def parameters(self, op: ChangeLanesNode, at: Placed) -> Parameters:
        return {
            "grid": at.output.grid,
            "code": at.output.code,
            "channels": at.output.channels,
            "from": at.inputs[0].lanes,
            "to": at.output.lanes,
            "max_columns": at.columns,
        }
