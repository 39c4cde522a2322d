"""ReLU, rounding, shift and saturation of every lane."""

from fdscs.hardware.logic import CONTROL, Sizes
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, code, number
from fdscs.model import graph as g

ABOVE = 4  # bits of an accumulator above a code's, in a trained layer whose shifts are not known


class Requantise(Operation[g.Requantise]):
    """A word a cycle."""

    def sizes(self, function: str, p: Parameters) -> Sizes:
        # Half is added to the bits that a shift leaves. Where a lane has several channels, it reads
        # its shift, and of two and more one is chosen.
        lanes, acc, out = number(p, "lanes"), code(p, "acc").bits, code(p, "out").bits
        known = "shift_least" in p
        least = number(p, "shift_least") if known else max(0, acc - out - ABOVE)
        span = number(p, "shift_most") - least if known else 1
        left = lanes * max(acc - least, out)
        groups = -(-number(p, "channels") // lanes)
        choices = span.bit_length() if groups > 1 else 0
        return {
            CONTROL: 1,
            "group bits": (groups - 1).bit_length(),
            "lanes": lanes,
            "left bits": left,
            "table bits": lanes * choices,
        }

    def parameters(self, op: g.Requantise, at: Placed) -> Parameters:
        return {
            "grid": at.output.grid,
            "acc": at.inputs[0].code,
            "out": at.output.code,
            "channels": op.channels,
            "lanes": at.output.lanes,
            "max_columns": at.columns,
        }

    def tables(self, op: g.Requantise) -> tuple[str, ...]:
        return (op.shift,)
