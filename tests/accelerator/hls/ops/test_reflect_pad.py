"""hls/ops/reflect_pad.h and crop.h against the reference: every padding of a multiple of 8."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hls_reference.ops.reflect_pad import reflect_pad
from fdscs.model.graph import ReflectPad
from tests.accelerator.hls.kernel import Kernel, Port

PAD = ReflectPad("pad", ("x",), 3, 8)


@pytest.mark.parametrize("lanes", [1, 2])
def test_equals_the_reference(tmp_path: Path, lanes: int) -> None:
    port = Port(8, True, 3, lanes)
    call = (
        f"reflect_pad<Grid<0, 1>, Grid<0, 8>, 8, {port.codes}, 3, {lanes}, 32>"
        "(in0, made, (Size)rows, (Size)columns)"
    )
    made = Kernel(tmp_path, "reflect_pad", call, [port], port)
    rng = np.random.default_rng(lanes)
    for rows, columns in [(8, 8), *((5 + k % 12, 5 + 5 * k % 12) for k in range(12))]:
        codes = rng.integers(-128, 128, (3, rows, columns))
        expected = reflect_pad(codes, PAD.pads(rows, columns))
        assert np.array_equal(made([codes], expected.shape, 2 * rows, 2 * columns), expected)
