"""max_pool against the reference."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hls_reference.ops.max_pool import max_pool
from fdscs.model import graph as g
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, halves, scheduled


@pytest.mark.parametrize(("lanes", "signed"), [(1, True), (2, False), (3, True)])
def test_equals_the_reference(
    operation: type[Operation], tmp_path: Path, lanes: int, signed: bool
) -> None:
    port = Lanes(3, lanes, 6, signed)
    parameters = {
        "grid": Grid(), "code": Codes(6, signed), "channels": 3, "lanes": lanes, "max_columns": 8,
    }  # fmt: skip
    made = operation(
        tmp_path, "max_pool", parameters, {"in": port}, {"out": port},
        lambda tensors, rows, columns: [max_pool(tensors[0])],
        scheduled(g.MaxPool),
    )  # fmt: skip
    rng = np.random.default_rng(lanes)
    low = -32 if signed else 0
    made.check(
        lambda *size: [rng.integers(low, low + 64, (3, *halves(*size)))], [(4, 4), (4, 16), (12, 8)]
    )
