"""hls/ops/concat.h against the reference: signed with unsigned, lanes that divide nothing."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hls_reference.ops.concat import concat
from tests.accelerator.hls.kernel import Kernel, Port


@pytest.mark.parametrize(("first", "second", "lanes"), [(3, 4, 7), (1, 5, 2), (2, 1, 4)])
def test_equals_the_reference(tmp_path: Path, first: int, second: int, lanes: int) -> None:
    rgb, features = Port(8, True, 3, first), Port(8, False, 5, second)
    joined = Port(9, True, 8, lanes)
    call = (
        f"concat<Grid<0, 1>, {rgb.codes}, 3, {first}, {features.codes}, 5, {second}, "
        f"{joined.codes}, {lanes}, 16>(in0, in1, made, (Size)rows, (Size)columns)"
    )
    made = Kernel(tmp_path, "concat", call, [rgb, features], joined)
    rng = np.random.default_rng(lanes)
    a, b = rng.integers(-128, 128, (3, 4, 6)), rng.integers(0, 256, (5, 4, 6))
    assert np.array_equal(made([a, b], (8, 4, 6), 8, 12), concat(a, b))
