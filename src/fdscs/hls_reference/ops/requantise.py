"""ReLU and requantisation of an accumulator."""

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray, dtype_of, saturate, shift_round_half_up
from fdscs.hls_reference.threads import for_each, pieces
from fdscs.model.graph import Format


def requantise(acc: IntArray, shift: IntArray, fmt: Format) -> IntArray:
    """min(max((max(acc, 0) + half) >> shift, min), max), accumulator (C, h, w) → codes of `fmt`.

    `shift` is (C,), one a channel. Limiting the accumulator to max << shift saturates as limiting
    the codes does, and keeps room for the half. A few channels at a time stay in cache.
    """
    codes = np.empty(acc.shape, dtype_of(fmt.bits, fmt.signed))
    places = shift.astype(np.int64)[:, None, None]
    most, half = fmt.max << places, 1 << places >> 1
    wide = np.result_type(acc, np.int32 if int((most + half).max()) < 1 << 31 else np.int64)
    places, most, half = (each.astype(wide) for each in (places, most, half))

    def narrow(channels: slice) -> None:
        limited = acc[channels].astype(wide, copy=False).clip(0, most[channels])
        limited += half[channels]
        limited >>= places[channels]
        codes[channels] = limited

    for_each(narrow, pieces(acc))
    return codes


def requantise_plain(acc: IntArray, shift: IntArray, fmt: Format) -> IntArray:
    """The definition, in int64; `requantise` is tested equal to it."""
    relu = np.maximum(acc.astype(np.int64), 0)
    rounded = shift_round_half_up(relu, shift.astype(np.int64)[:, None, None])
    return saturate(rounded, fmt)
