"""Multipliers: how many products one of 27 × 18 bits gives, as accelerator/hls/ops/multiply.h has
them, or one of 18 × 18."""

from dataclasses import dataclass

from fdscs.hardware.dataflow import Folding
from fdscs.hardware.fabric import ULTRASCALE, Fabric

NARROW_BITS = 18  # of a multiplier's other port, its sign among them


def weights_per_multiplier(
    weight_bits: int, code_bits: int, code_signed: bool, fabric: Fabric = ULTRASCALE
) -> int:
    """Weights that share a multiplier with one code.

    Each product takes the bits of a weight and of a code; so far apart the weights have to fit the
    27 bits of one port, or the `fabric`'s, and the code the 18, signed, of the other.
    """
    step = weight_bits + code_bits
    if step > 18 or code_bits + (not code_signed) > NARROW_BITS:
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
    fits = 2 * step + weight_bits <= fabric.wide_bits and step + code_bits + 1 <= NARROW_BITS
    if pixels == 2 and fits:
        return 4
    return weights_per_multiplier(weight_bits, code_bits, code_signed, fabric)


@dataclass(frozen=True)
class Sharing:
    """How products share a multiplier: `outputs` weights, with `four` by the codes of two pixels,
    and 2**`levels` of such products are added before their sum is split."""

    outputs: int
    four: bool
    levels: int

    @property
    def generics(self) -> dict[str, int]:
        """As the modules of accelerator/rtl have it."""
        found = {"SHARE": self.outputs, "LEVELS": self.levels}
        return found | ({"FOUR": 1} if self.four else {})


def sharing(
    folding: Folding, weight_bits: int, code_bits: int, code_signed: bool,
    fabric: Fabric = ULTRASCALE,
) -> Sharing:  # fmt: skip
    """How the multipliers of a convolution are shared.

    What a port has left keeps products further apart, a bit for each level of sums.
    """
    bits = weight_bits, code_bits, code_signed
    four = macs_per_multiplier(*bits, folding.pixels, fabric) == 4
    outputs = 2 if four else min(weights_per_multiplier(*bits, fabric), folding.pe)
    tree, step = (folding.simd - 1).bit_length(), weight_bits + code_bits
    if outputs == 1:
        return Sharing(outputs, four, tree)
    apart = (fabric.wide_bits - weight_bits) // (2 if four else outputs - 1)
    if four:
        apart = min(apart, NARROW_BITS - code_bits - 1)
    return Sharing(outputs, four, min(tree, apart - step))


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
