"""DSP slices: how many products one 27 × 18 bit multiplier gives, as in hls/ops/multiply.h."""

from hardware.dataflow import Folding


def weights_per_multiplier(weight_bits: int, code_bits: int, code_signed: bool) -> int:
    """Weights that share a multiplier with one code.

    Each product takes the bits of a weight and of a code; so far apart the weights have to fit the
    27 bits of one port, and the code the 18, signed, of the other.
    """
    step = weight_bits + code_bits
    if step > 18 or code_bits + (not code_signed) > 18:
        return 1
    return next((n for n in (3, 2) if (n - 1) * step + weight_bits <= 27), 1)


def dsps(folding: Folding, weight_bits: int, code_bits: int, code_signed: bool) -> int:
    """DSP slices of a convolution; a product wider than one multiplier takes two."""
    share = weights_per_multiplier(weight_bits, code_bits, code_signed)
    wide = weight_bits > 18 or code_bits + (not code_signed) > 18
    return folding.simd * -(-folding.pe // share) * (2 if wide else 1)
