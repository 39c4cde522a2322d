"""Block sums as signed codes around mid-grey."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.centred_rgb import centred_rgb

CODES = {  # bits → {sum: code}
    10: {0: -512, 511: -1, 512: 0, 1020: 508},
    8: {0: -128, 3: -128, 4: -127, 511: -1, 512: 0, 1019: 126, 1020: 127},  # floor(s/4) − 128
    6: {0: -32, 15: -32, 16: -31, 511: -1, 512: 0, 1007: 30, 1008: 31, 1020: 31},
    2: {0: -2, 255: -2, 256: -1, 511: -1, 512: 0, 767: 0, 768: 1, 1020: 1},
}


@pytest.mark.parametrize("bits", CODES)
def test_codes(bits: int) -> None:
    table = CODES[bits]
    sums = np.array([[list(table)]] * 3, np.uint16)
    codes = centred_rgb(sums, bits)
    assert codes.shape == (3, 1, len(table)) and codes.dtype.kind == "i"
    assert np.array_equal(codes, [[list(table.values())]] * 3)
