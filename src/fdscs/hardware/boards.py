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
    fabric: Fabric = ULTRASCALE

    @property
    def whole(self) -> Usage:
        """All that it holds."""
        return Usage(self.luts, self.dsps, self.brams, self.urams)


BOARDS = {
    board.name: board
    for board in (
        Board("ZCU104", "xczu7ev-ffvc1156-2-e", luts=230400, dsps=1728, brams=312, urams=96),
        Board("ZCU102", "xczu9eg-ffvb1156-2-e", luts=274080, dsps=2520, brams=912, urams=0),
        Board("KV260", "xck26-sfvc784-2LV-c", luts=117120, dsps=1248, brams=144, urams=64),
        Board("U250", "xcu250-figd2104-2L-e", luts=1728000, dsps=12288, brams=2688, urams=1280),
    )
}

# Not among BOARDS, which Vitis knows. DSP slices are multipliers of 18 × 18 bits.
ULX3S = Board("ULX3S", "LFE5U-85F-6BG381C", luts=83640, dsps=156, brams=104, urams=0, fabric=ECP5)
