"""change_lanes: the same codes, from any number of lanes to any other."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.cycles import interleaved
from fdscs.hardware.dataflow import Codes, Grid
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, halves


@pytest.mark.parametrize(("source", "target"), [(1, 7), (7, 1), (2, 3), (3, 2), (4, 4)])
def test_keeps_every_code(
    operation: type[Operation], tmp_path: Path, source: int, target: int
) -> None:
    parameters = {
        "grid": Grid(), "code": Codes(5, True), "channels": 7, "from": source, "to": target,
        "max_columns": 16,
    }  # fmt: skip
    made = operation(
        tmp_path, "change_lanes", parameters, {"in": Lanes(7, source, 5, True)},
        {"out": Lanes(7, target, 5, True)}, lambda tensors, rows, columns: tensors, interleaved,
    )  # fmt: skip
    rng = np.random.default_rng(0)
    made.check(
        lambda *size: [rng.integers(-16, 16, (7, *halves(*size)))], [(6, 10), (1, 1), (3, 4)]
    )
