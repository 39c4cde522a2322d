"""hls/ops/change_lanes.h: the same codes, from any number of lanes to any other."""

from pathlib import Path

import numpy as np
import pytest

from tests.accelerator.hls.kernel import Kernel, Port


@pytest.mark.parametrize(("source", "target"), [(1, 7), (7, 1), (2, 3), (3, 2), (4, 4)])
def test_keeps_every_code(tmp_path: Path, source: int, target: int) -> None:
    before, after = Port(5, True, 7, source), Port(5, True, 7, target)
    call = (
        f"change_lanes<Grid<0, 1>, {before.codes}, 7, {source}, {target}, 16>"
        "(in0, made, (Size)rows, (Size)columns)"
    )
    made = Kernel(tmp_path, "change_lanes", call, [before], after)
    codes = np.random.default_rng(0).integers(-16, 16, (7, 3, 5))
    assert np.array_equal(made([codes], codes.shape, 6, 10), codes)
