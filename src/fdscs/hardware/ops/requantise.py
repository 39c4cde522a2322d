"""ReLU, rounding, shift and saturation of every lane."""

from fdscs.hardware.ops.operation import Operation, Parameters, Placed
from fdscs.model import graph as g


class Requantise(Operation[g.Requantise]):
    """A word a cycle."""

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
