"""colour_mix against the reference: luma and chroma, negative values rounded half up."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.cycles import pixel_by_pixel
from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hls_reference.ops.colour_mix import colour_mix
from fdscs.model.fdscs import CHROMA_SHIFT, CHROMA_U, CHROMA_V, LUMA
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation


@pytest.mark.parametrize(
    ("mix", "shift", "bits", "signed"),
    [(LUMA, 0, 18, False), (CHROMA_U, CHROMA_SHIFT, 8, True), (CHROMA_V, CHROMA_SHIFT, 9, True)],
)
def test_equals_the_reference(
    operation: type[Operation],
    tmp_path: Path,
    mix: tuple[int, int, int],
    shift: int,
    bits: int,
    signed: bool,
) -> None:
    red, green, blue = mix
    parameters = {
        "grid": Grid(), "red": red, "green": green, "blue": blue, "shift": shift,
        "sum": Codes(10, False), "mix": Codes(bits, signed), "max_columns": 64,
    }  # fmt: skip
    made = operation(
        tmp_path, "colour_mix", parameters, {"in": Lanes(3, 3, 10, False)},
        {"out": Lanes(1, 1, bits, signed)},
        lambda tensors, rows, columns: [colour_mix(tensors[0], mix, shift)], pixel_by_pixel,
    )  # fmt: skip
    values = np.array([0, 1, 2, 509, 510, 1019, 1020])
    grid = np.stack(np.meshgrid(values, values, values, indexing="ij")).reshape(3, 7, 49)
    made.check(lambda rows, columns: [grid], [(14, 98)])
