"""hls/ops/centred_rgb.h against the reference: every sum, several widths."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hls_reference.ops.centred_rgb import centred_rgb
from tests.accelerator.hls.kernel import Kernel, Port


@pytest.mark.parametrize("bits", [2, 8, 10])
def test_equals_the_reference_for_every_sum(tmp_path: Path, bits: int) -> None:
    sums, rgb = Port(10, False, 3, 3), Port(bits, True, 3, 3)
    call = (
        f"centred_rgb<Grid<0, 1>, {sums.codes}, {rgb.codes}, 16>"
        "(in0, made, (Size)rows, (Size)columns)"
    )
    made = Kernel(tmp_path, "centred_rgb", call, [sums], rgb)
    every = np.arange(1023).reshape(3, 11, 31)
    assert np.array_equal(made([every], every.shape, 22, 62), centred_rgb(every, bits))
