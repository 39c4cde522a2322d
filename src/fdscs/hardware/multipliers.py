"""Multipliers: how many products one of 27 × 18 bits gives, as accelerator/hls/ops/multiply.h has
them, or one of 18 × 18."""

from fdscs.hardware.dataflow import Folding
from fdscs.hardware.fabric import ULTRASCALE, Fabric


def weights_per_multiplier(
    weight_bits: int, code_bits: int, code_signed: bool, fabric: Fabric = ULTRASCALE
) -> int:
    """Weights that share a multiplier with one code.

    Each product takes the bits of a weight and of a code; so far apart the weights have to fit the
    27 bits of one port, or the `fabric`'s, and the code the 18, signed, of the other.
    """
    step = weight_bits + code_bits
    if step > 18 or code_bits + (not code_signed) > 18:
        return 1
    return next((n for n in (3, 2) if (n - 1) * step + weight_bits <= fabric.wide_bits), 1)


def macs_per_multiplier(
    weight_bits: int, code_bits: int, code_signed: bool, pixels: int = 1,
    fabric: Fabric = ULTRASCALE,
) -> int:  # fmt: skip
    """Products of a multiplier while `pixels` neighbouring pixels, one or two, are computed.

    Four where two codes, a step apart, fit one port and two weights, twice as far apart, the other.
    Packed codes need a sign bit more even where codes have one of their own: two of the smallest
    signed codes are below what the bits from the lower to the upper hold.
    """
    step = weight_bits + code_bits
    fits = 2 * step + weight_bits <= fabric.wide_bits and step + code_bits + 1 <= 18
    if pixels == 2 and fits:
        return 4
    return weights_per_multiplier(weight_bits, code_bits, code_signed, fabric)


def dsps(
    folding: Folding, weight_bits: int, code_bits: int, code_signed: bool,
    fabric: Fabric = ULTRASCALE,
) -> int:  # fmt: skip
    """DSP slices of a convolution; a product wider than one multiplier takes two."""
    macs = macs_per_multiplier(weight_bits, code_bits, code_signed, folding.pixels, fabric)
    if macs == 4:  # of two weights with the codes of two pixels
        return folding.simd * -(-folding.pe // 2)
    wide = weight_bits > 18 or code_bits + (not code_signed) > 18
    return folding.pixels * folding.simd * -(-folding.pe // macs) * (2 if wide else 1)
