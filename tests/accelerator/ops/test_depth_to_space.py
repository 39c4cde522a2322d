"""depth_to_space against the reference."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hls_reference.ops.depth_to_space import depth_to_space
from fdscs.model import graph as g
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, halves, scheduled


@pytest.mark.parametrize("lanes", [1, 2, 6])
def test_equals_the_reference(operation: type[Operation], tmp_path: Path, lanes: int) -> None:
    parameters = {
        "grid": Grid(), "code": Codes(8, False), "channels": 6, "lanes": lanes, "max_columns": 4,
    }  # fmt: skip
    made = operation(
        tmp_path, "depth_to_space", parameters, {"in": Lanes(24, lanes, 8, False)},
        {"out": Lanes(6, lanes, 8, False)},
        lambda tensors, rows, columns: [depth_to_space(tensors[0])],
        scheduled(g.DepthToSpace),
    )  # fmt: skip
    rng = np.random.default_rng(lanes)
    made.check(
        lambda *size: [rng.integers(0, 256, (24, *halves(*size)))], [(1, 1), (4, 6), (7, 2), (4, 8)]
    )
