"""hls/ops/depth_to_space.h against the reference."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hls_reference.ops.depth_to_space import depth_to_space
from tests.accelerator.hls.kernel import Kernel, Port


@pytest.mark.parametrize("lanes", [1, 2, 6])
def test_equals_the_reference(tmp_path: Path, lanes: int) -> None:
    deep, wide = Port(8, False, 24, lanes), Port(8, False, 6, lanes)
    call = (
        f"depth_to_space<Grid<0, 1>, {deep.codes}, 6, {lanes}, 16>"
        "(in0, made, (Size)rows, (Size)columns)"
    )
    made = Kernel(tmp_path, "depth_to_space", call, [deep], wide)
    rng = np.random.default_rng(lanes)
    for rows, columns in ((1, 1), (2, 3), (4, 1)):
        codes = rng.integers(0, 256, (24, rows, columns))
        expected = depth_to_space(codes)
        assert np.array_equal(made([codes], expected.shape, 2 * rows, 2 * columns), expected)
