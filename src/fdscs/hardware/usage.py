"""What takes room on an FPGA."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """LUTs, DSP slices, block RAMs of 36 Kbit (halves are possible), UltraRAMs of 288 Kbit, and
    flip-flops, where they are counted."""

    luts: float = 0
    dsps: int = 0
    brams: float = 0
    urams: int = 0
    ffs: float = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.luts + other.luts,
            self.dsps + other.dsps,
            self.brams + other.brams,
            self.urams + other.urams,
            self.ffs + other.ffs,
        )

    def shares(self, available: "Usage") -> dict[str, float]:
        """Share of each resource of `available`; infinite where there is none.

        Flip-flops are left out where none are counted.
        """
        pairs = {
            "LUT": (self.luts, available.luts),
            "FF": (self.ffs, available.ffs),
            "DSP": (self.dsps, available.dsps),
            "BRAM": (self.brams, available.brams),
            "URAM": (self.urams, available.urams),
        }
        return {
            name: used / there if there else (float("inf") if used else 0.0)
            for name, (used, there) in pairs.items()
            if name != "FF" or used
        }
