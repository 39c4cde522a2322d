"""What differs between families of FPGAs in how multipliers and memories are used."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fabric:
    """Bits of a multiplier's wide port, and words up to which a memory is made of LUTs."""

    wide_bits: int
    shallow: int


ULTRASCALE = Fabric(wide_bits=27, shallow=256)  # DSP48E2; 64 bits a LUT
ECP5 = Fabric(wide_bits=18, shallow=64)  # MULT18X18D; TRELLIS_DPR16X4: 64 bits in six LUTs
