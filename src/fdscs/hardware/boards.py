"""Boards, their parts, and what these hold."""

from dataclasses import dataclass

from fdscs.hardware.fabric import ECP5, ULTRASCALE, Fabric
from fdscs.hardware.usage import Usage


@dataclass(frozen=True)
class Board:
    """A board's FPGA: the part as tools name it, and its resources (from data sheets)."""

    name: str
    part: str
    luts: int
    dsps: int
    brams: int  # block RAMs of 36 Kbit
    urams: int  # UltraRAMs of 288 Kbit
    ffs: int
    fabric: Fabric = ULTRASCALE

    @property
    def whole(self) -> Usage:
        """All that it holds."""
        return Usage(self.luts, self.dsps, self.brams, self.urams, self.ffs)


BOARDS = {
    board.name: board
    for board in (
        Board("ZCU104", "xczu7ev-ffvc1156-2-e", 230400, 1728, 312, 96, 460800),
        Board("ZCU102", "xczu9eg-ffvb1156-2-e", 274080, 2520, 912, 0, 548160),
        Board("KV260", "xck26-sfvc784-2LV-c", 117120, 1248, 144, 64, 234240),
        Board("U250", "xcu250-figd2104-2L-e", 1728000, 12288, 2688, 1280, 3456000),
    )
}

# Not among BOARDS, which Vitis knows. DSP slices are multipliers of 18 × 18 bits.
ULX3S = Board("ULX3S", "LFE5U-85F-6BG381C", 83640, 156, 104, 0, 83640, ECP5)
