"""concat against the reference: signed with unsigned, lanes that divide nothing."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.cycles import interleaved
from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hls_reference.ops.concat import concat
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, halves


@pytest.mark.parametrize(("first", "second", "lanes"), [(3, 4, 7), (1, 5, 2), (2, 1, 4), (3, 5, 8)])
def test_equals_the_reference(
    operation: type[Operation], tmp_path: Path, first: int, second: int, lanes: int
) -> None:
    parameters = {
        "grid": Grid(), "first": Codes(8, True), "first_channels": 3, "first_lanes": first,
        "second": Codes(8, False), "second_channels": 5, "second_lanes": second,
        "out": Codes(9, True), "lanes": lanes, "max_columns": 16,
    }  # fmt: skip
    ports = {"first": Lanes(3, first, 8, True), "second": Lanes(5, second, 8, False)}
    made = operation(
        tmp_path, "concat", parameters, ports, {"out": Lanes(8, lanes, 9, True)},
        lambda tensors, rows, columns: [concat(*tensors)], interleaved,
    )  # fmt: skip
    rng = np.random.default_rng(lanes)

    def make(*size: int) -> list[np.ndarray]:
        shape = halves(*size)
        return [rng.integers(-128, 128, (3, *shape)), rng.integers(0, 256, (5, *shape))]

    made.check(make, [(8, 12), (1, 1), (2, 4), (7, 5)])
