"""Colours around mid-grey, for the network."""

from fdscs.hardware.dataflow import Stream
from fdscs.hardware.logic import CONTROL, Sizes
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, Surroundings, code
from fdscs.model import graph as g


class CentredRgb(Operation[g.CentredRgb]):
    """A pixel a cycle."""

    def lanes_written(self, op: g.CentredRgb, inputs: list[Stream], around: Surroundings) -> int:
        return op.channels

    def sizes(self, function: str, p: Parameters) -> Sizes:
        return {CONTROL: 1, "word bits": 3 * code(p, "rgb").bits}

    def parameters(self, op: g.CentredRgb, at: Placed) -> Parameters:
        return {
            "grid": at.output.grid,
            "sum": at.inputs[0].code,
            "rgb": at.output.code,
            "max_columns": at.columns,
        }
