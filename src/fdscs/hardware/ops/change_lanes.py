"""Words of another number of lanes."""

from fdscs.hardware.cycles import Schedule, Shape, interleaved
from fdscs.hardware.dataflow import ChangeLanes as ChangeLanesNode
from fdscs.hardware.ops.operation import Operation, Parameters, Placed


class ChangeLanes(Operation[ChangeLanesNode]):
    """A pixel is written while the next is read."""

    def schedule(self, op: ChangeLanesNode, at: Placed, s: Shape) -> Schedule:
        return interleaved(s)

    def parameters(self, op: ChangeLanesNode, at: Placed) -> Parameters:
        return {
            "grid": at.output.grid,
            "code": at.output.code,
            "channels": at.output.channels,
            "from": at.inputs[0].lanes,
            "to": at.output.lanes,
            "max_columns": at.columns,
        }
