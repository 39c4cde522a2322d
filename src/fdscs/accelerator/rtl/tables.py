"""A layer's parameters as tables for $readmemh, in the order in which modules read them."""

import numpy as np

from fdscs.hardware.dataflow import Folding
from fdscs.hardware.parameters import folded_channels, folded_weights
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.vectors.words import Lanes, hex_lines, pack

SHIFT_BITS = 5


def weight_table(weight: IntArray, folding: Folding, bits: int, share: int) -> bytes:
    """(O, I, k, k) → a word a cycle: lane p · SIMD + s is that of output p and input s.

    Of `share` outputs in one multiplier, each but the first is less by one where the one below is
    negative, which is what it would have to give it; see ops/multiply.sv.
    """
    words = folded_weights(weight, folding.simd, folding.pe)  # (cycles, PE, SIMD)
    padded = np.pad(words.astype(np.int64), ((0, 0), (0, -folding.pe % share), (0, 0)))
    together = padded.reshape(len(padded), -1, share, folding.simd)
    for i in range(1, share):
        together[:, :, i] -= together[:, :, i - 1] < 0
    return _table(together.reshape(len(padded), -1), bits, signed=True)


def bias_table(bias: IntArray, pe: int, bits: int) -> bytes:
    """(O,) → a word for each group of `pe` output channels."""
    return _table(folded_channels(bias, pe), bits, signed=True)


def shift_table(shift: IntArray, lanes: int) -> bytes:
    """(O,) → a word for each group of `lanes` channels; those without a channel have the least."""
    missing = -len(shift) % lanes
    padded = np.pad(shift, (0, missing), constant_values=int(shift.min()))
    return _table(padded.reshape(-1, lanes), SHIFT_BITS, signed=False)


def _table(words: IntArray, bits: int, signed: bool) -> bytes:
    """(words, lanes) → one word a line."""
    layout = Lanes(words.shape[1], words.shape[1], bits, signed)
    return hex_lines(pack(words.T[:, :, None], layout), layout)
