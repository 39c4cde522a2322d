"""crop against the reference: undoes every padding of a multiple of 8."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hls_reference.ops.crop import crop
from fdscs.model import graph as g
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, halves, scheduled
from tests.accelerator.ops.test_reflect_pad import SIZES


@pytest.mark.parametrize("lanes", [1, 2])
def test_equals_the_reference(operation: type[Operation], tmp_path: Path, lanes: int) -> None:
    port = Lanes(3, lanes, 8, False)
    parameters = {
        "padded": Grid(0, 8), "grid": Grid(), "code": Codes(8, False), "channels": 3,
        "lanes": lanes, "max_columns": 32,
    }  # fmt: skip
    made = operation(
        tmp_path, "crop", parameters, {"in": port}, {"out": port},
        lambda tensors, *size: [crop(tensors[0], *halves(*size))],
        scheduled(g.Crop),
    )  # fmt: skip
    rng = np.random.default_rng(0)

    def make(*size: int) -> list[np.ndarray]:
        rows, columns = halves(*size)
        return [rng.integers(0, 256, (3, -(-rows // 8) * 8, -(-columns // 8) * 8))]

    made.check(make, SIZES)
