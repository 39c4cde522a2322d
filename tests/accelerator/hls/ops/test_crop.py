"""hls/ops/crop.h against the reference: undoes every padding of a multiple of 8."""

from pathlib import Path

import numpy as np

from fdscs.hls_reference.ops.crop import crop
from tests.accelerator.hls.kernel import Kernel, Port


def test_equals_the_reference(tmp_path: Path) -> None:
    port = Port(8, False, 3, 2)
    call = (
        f"crop<Grid<0, 8>, Grid<0, 1>, {port.codes}, 3, 2, 32>"
        "(in0, made, (Size)rows, (Size)columns)"
    )
    made = Kernel(tmp_path, "crop", call, [port], port)
    rng = np.random.default_rng(0)
    for rows, columns in [(8, 8), *((5 + k % 12, 5 + 5 * k % 12) for k in range(12))]:
        padded = rng.integers(0, 256, (3, -(-rows // 8) * 8, -(-columns // 8) * 8))
        expected = crop(padded, rows, columns)
        assert np.array_equal(made([padded], expected.shape, 2 * rows, 2 * columns), expected)
