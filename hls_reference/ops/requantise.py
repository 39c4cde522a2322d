"""ReLU and requantisation of an accumulator."""

import numpy as np

from hls_reference.fixed_point import IntArray, saturate, shift_round_half_up
from model.graph import Format


def requantise(acc: IntArray, shift: IntArray, fmt: Format) -> IntArray:
    """min(max((max(acc, 0) + half) >> shift, min), max), accumulator (C, h, w) → codes of `fmt`.

    `shift` is (C,), one a channel.
    """
    most = int(acc.max()) + (1 << int(shift.max()) >> 1)
    wide: type[np.signedinteger] = np.int32 if most < 1 << 31 else np.int64  # room for the half
    relu = np.maximum(acc, 0).astype(wide)
    return saturate(shift_round_half_up(relu, shift.astype(wide)[:, None, None]), fmt)
