"""centred_rgb against the reference: every sum, several widths."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.cycles import pixel_by_pixel
from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hls_reference.ops.centred_rgb import centred_rgb
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation


@pytest.mark.parametrize("bits", [2, 8, 10])
def test_equals_the_reference_for_every_sum(
    operation: type[Operation], tmp_path: Path, bits: int
) -> None:
    parameters = {
        "grid": Grid(),
        "sum": Codes(10, False),
        "rgb": Codes(bits, True),
        "max_columns": 16,
    }
    made = operation(
        tmp_path, "centred_rgb", parameters, {"in": Lanes(3, 3, 10, False)},
        {"out": Lanes(3, 3, bits, True)},
        lambda tensors, rows, columns: [centred_rgb(tensors[0], bits)], pixel_by_pixel,
    )  # fmt: skip
    every = np.arange(1023).reshape(3, 11, 31)
    made.check(lambda rows, columns: [every], [(22, 62)])
