"""Channels one after the other, codes unchanged."""

import numpy as np

from fdscs.hls_reference.ops.concat import concat


def test_signed_before_unsigned() -> None:
    first = np.array([[[-128, 127]], [[0, -1]]], np.int8)
    second = np.array([[[0, 255]]], np.uint8)
    joined = concat(first, second)
    assert joined.shape == (3, 1, 2) and joined.dtype.kind == "i"
    assert np.array_equal(joined, [[[-128, 127]], [[0, -1]], [[0, 255]]])


def test_unsigned_of_different_width() -> None:
    joined = concat(np.array([[[65535]]], np.uint16), np.array([[[255]], [[1]]], np.uint8))
    assert np.array_equal(joined, [[[65535]], [[255]], [[1]]])
