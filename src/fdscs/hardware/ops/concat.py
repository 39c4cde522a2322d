"""Channels of one stream, then of another: the first waits for the second."""

from fdscs.hardware.cycles import Schedule, Shape, interleaved
from fdscs.hardware.dataflow import Stream
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, Surroundings, code, number
from fdscs.model import graph as g

MEMORY_BITS = 72  # of an UltraRAM's word, or of two block RAMs'


class Concat(Operation[g.Concat]):
    """A pixel is written while the next is read."""

    def lanes_read(self, op: g.Concat, tensor: str, stream: Stream, around: Surroundings) -> int:
        return _lanes_to_wait_in(stream) if tensor == op.inputs[0] else stream.lanes

    def lanes_written(self, op: g.Concat, inputs: list[Stream], around: Surroundings) -> int:
        return around.simd_behind(op)

    def schedule(self, op: g.Concat, at: Placed, s: Shape) -> Schedule:
        return interleaved(s)

    def sizes(self, function: str, p: Parameters) -> Sizes:
        # Two pixels are gathered, and one of both given, as in change_lanes.
        first, second, out = (code(p, name).bits for name in ("first", "second", "out"))
        channels = [number(p, f"{name}_channels") for name in ("first", "second")]
        lanes = number(p, "lanes")
        return {
            CONTROL: 1,
            "column bits": column_bits(number(p, "max_columns")),
            "gathered bits": first * channels[0] + second * channels[1],
            "moved bits": out * (-(-sum(channels) // lanes) - 1) * lanes,
            "word bits": out * lanes,
        }

    def parameters(self, op: g.Concat, at: Placed) -> Parameters:
        first, second = at.inputs
        return {
            "grid": at.output.grid,
            "first": first.code,
            "first_channels": first.channels,
            "first_lanes": first.lanes,
            "second": second.code,
            "second_channels": second.channels,
            "second_lanes": second.lanes,
            "out": at.output.code,
            "lanes": at.output.lanes,
            "max_columns": at.columns,
        }


def _lanes_to_wait_in(stream: Stream) -> int:
    """The lanes whose words fill memories of MEMORY_BITS best; those that there are, if as good."""

    def memory(lanes: int) -> int:  # columns of memory that a pixel fills
        return -(-stream.channels // lanes) * -(-lanes * stream.bits // MEMORY_BITS)

    return min(range(1, stream.channels + 1), key=lambda n: (memory(n), n != stream.lanes, -n))
