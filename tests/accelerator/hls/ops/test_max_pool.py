"""hls/ops/max_pool.h against the reference."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hls_reference.ops.max_pool import max_pool
from tests.accelerator.hls.kernel import Kernel, Port


@pytest.mark.parametrize("lanes", [1, 2, 3])
def test_equals_the_reference(tmp_path: Path, lanes: int) -> None:
    port = Port(6, True, 3, lanes)
    call = (
        f"max_pool<Grid<0, 1>, {port.codes}, 3, {lanes}, 16>(in0, made, (Size)rows, (Size)columns)"
    )
    made = Kernel(tmp_path, "max_pool", call, [port], port)
    rng = np.random.default_rng(lanes)
    for rows, columns in ((2, 2), (2, 8), (6, 4)):
        codes = rng.integers(-32, 32, (3, rows, columns))
        expected = max_pool(codes)
        assert np.array_equal(made([codes], expected.shape, 2 * rows, 2 * columns), expected)
