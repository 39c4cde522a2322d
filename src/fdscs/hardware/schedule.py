"""The schedule of a process, for images of a size."""

from fdscs.hardware.cycles import Schedule, Shape
from fdscs.hardware.dataflow import Dataflow, Process
from fdscs.hardware.ops.table import TABLE, placed
from fdscs.model import graph as g


def schedule(flow: Dataflow, process: Process, rows: int, columns: int) -> Schedule:
    """The schedule of `process` for images of `rows` × `columns` pixels."""
    at = placed(flow, process)
    size = at.inputs[0].grid.size(rows, columns) if at.inputs else (rows, columns)
    out_size = at.output.grid.size(rows, columns)
    if isinstance(process.op, g.Upsample):  # its grid is that of the half-resolution disparity
        out_size = (rows, columns)
    words = max((stream.words for stream in at.inputs), default=1)
    shape = Shape(*size, *out_size, words, at.output.words)
    return TABLE[type(process.op)].schedule(process.op, at, shape)
