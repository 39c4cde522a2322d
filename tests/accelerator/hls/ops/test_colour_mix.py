"""hls/ops/colour_mix.h against the reference: luma and chroma, negative values rounded half up."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hls_reference.ops.colour_mix import colour_mix
from fdscs.model.fdscs import CHROMA_SHIFT, CHROMA_U, CHROMA_V, LUMA
from tests.accelerator.hls.kernel import Kernel, Port


@pytest.mark.parametrize(
    ("mix", "shift", "bits", "signed"),
    [(LUMA, 0, 18, False), (CHROMA_U, CHROMA_SHIFT, 8, True), (CHROMA_V, CHROMA_SHIFT, 9, True)],
)
def test_equals_the_reference(
    tmp_path: Path, mix: tuple[int, int, int], shift: int, bits: int, signed: bool
) -> None:
    sums, mixed = Port(10, False, 3, 3), Port(bits, signed, 1, 1)
    numbers = ", ".join(map(str, (*mix, shift)))
    call = (
        f"colour_mix<Grid<0, 1>, {numbers}, {sums.codes}, {mixed.codes}, 64>"
        "(in0, made, (Size)rows, (Size)columns)"
    )
    made = Kernel(tmp_path, "colour_mix", call, [sums], mixed)
    values = np.array([0, 1, 2, 509, 510, 1019, 1020])
    grid = np.stack(np.meshgrid(values, values, values, indexing="ij")).reshape(3, 7, 49)
    expected = colour_mix(grid, mix, shift)
    assert np.array_equal(made([grid], expected.shape, 14, 98), expected)
