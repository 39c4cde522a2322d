"""Luma or chroma of a block: three constant products."""

from fdscs.hardware.logic import CONTROL, Sizes
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, code, number
from fdscs.model import graph as g


class ColourMix(Operation[g.ColourMix]):
    """A pixel a cycle."""

    def sizes(self, function: str, p: Parameters) -> Sizes:
        # Two tables of products a colour, and their sums, all as wide as the sum before its shift.
        return {CONTROL: 1, "sum bits": number(p, "shift") + code(p, "mix").bits}

    def parameters(self, op: g.ColourMix, at: Placed) -> Parameters:
        red, green, blue = op.coefficients
        return {
            "grid": at.output.grid,
            "red": red,
            "green": green,
            "blue": blue,
            "shift": op.shift,
            "sum": at.inputs[0].code,
            "mix": at.output.code,
            "max_columns": at.columns,
        }
