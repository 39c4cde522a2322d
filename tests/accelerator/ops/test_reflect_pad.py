"""reflect_pad against the reference: every padding of a multiple of 8."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hls_reference.ops.reflect_pad import reflect_pad
from fdscs.model import graph as g
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, halves, scheduled

SIZES = [(16, 16), *((10 + 2 * (k % 12), 10 + 2 * (5 * k % 12)) for k in range(12))]


@pytest.mark.parametrize(
    ("lanes", "multiple", "sizes"),
    [(1, 8, SIZES), (2, 8, SIZES), (3, 1, [(1, 1), (3, 6), (4, 2)]),
     (2, 2, [(4, 4), (5, 10), (10, 6)])],
)  # fmt: skip
def test_equals_the_reference(
    operation: type[Operation],
    tmp_path: Path,
    lanes: int,
    multiple: int,
    sizes: list[tuple[int, int]],
) -> None:
    port = Lanes(3, lanes, 8, True)
    pad = g.ReflectPad("pad", ("x",), 3, multiple)
    parameters = {
        "grid": Grid(), "padded": Grid(0, multiple), "multiple": multiple, "code": Codes(8, True),
        "channels": 3, "lanes": lanes, "max_columns": 16,
    }  # fmt: skip
    made = operation(
        tmp_path, "reflect_pad", parameters, {"in": port}, {"out": port},
        lambda tensors, *size: [reflect_pad(tensors[0], pad.pads(*halves(*size)))],
        scheduled(g.ReflectPad),
    )  # fmt: skip
    rng = np.random.default_rng(lanes)
    made.check(lambda *size: [rng.integers(-128, 128, (3, *halves(*size)))], sizes)
