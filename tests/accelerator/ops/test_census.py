"""census against the reference: ties, borders, images smaller than the window."""

from pathlib import Path

import numpy as np

from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hls_reference.ops.census import census
from fdscs.model import graph as g
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, halves, scheduled

SIZES = [(1, 1), (2, 12), (3, 4), (12, 2), (6, 8), (9, 10), (14, 18), (5, 16)]


def test_equals_the_reference(operation: type[Operation], tmp_path: Path) -> None:
    parameters = {
        "grid": Grid(), "luma": Codes(18, False), "bits": Codes(24, False), "max_columns": 9,
    }  # fmt: skip
    made = operation(
        tmp_path, "census", parameters, {"in": Lanes(1, 1, 18, False)},
        {"out": Lanes(1, 1, 24, False)}, lambda tensors, rows, columns: [census(tensors[0])],
        scheduled(g.Census),
    )  # fmt: skip
    rng = np.random.default_rng(0)
    for most in (3, 1 << 18):  # many ties, few
        made.check(lambda *size, most=most: [rng.integers(0, most, (1, *halves(*size)))], SIZES)
