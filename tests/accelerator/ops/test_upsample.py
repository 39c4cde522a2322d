"""upsample against the reference: steps of about a pixel, odd and even sizes."""

from pathlib import Path

import numpy as np

from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hls_reference.ops.upsample import upsample
from fdscs.model import graph as g
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, halves, scheduled

SIZES = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 5), (4, 7), (7, 4), (6, 8), (5, 1), (9, 2)]
FRAC = 2


def test_equals_the_reference(operation: type[Operation], tmp_path: Path) -> None:
    parameters = {
        "grid": Grid(), "half": Codes(10, False), "full": Codes(12, False), "frac": FRAC,
        "max_columns": 4,
    }  # fmt: skip
    made = operation(
        tmp_path, "upsample", parameters, {"in": Lanes(1, 1, 10, False)},
        {"out": Lanes(1, 1, 12, False)},
        lambda tensors, rows, columns: [upsample(tensors[0], FRAC, rows, columns)],
        scheduled(g.Upsample),
    )  # fmt: skip
    rng = np.random.default_rng(0)
    made.check(lambda *size: [500 + rng.integers(-5, 6, (1, *halves(*size)))], SIZES)
    made.check(lambda *size: [rng.choice([0, 3, 4, 5, 1023], (1, *halves(*size)))], SIZES)
