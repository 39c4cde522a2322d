"""hls/ops/requantise.h against the reference: ties, negative values, saturation, every shift."""

from pathlib import Path

import numpy as np

from fdscs.hardware.parameters import folded_channels
from fdscs.hls_reference.ops.requantise import requantise
from fdscs.model.graph import Format
from tests.accelerator.hls.kernel import Kernel, Port, table


def test_ties_negatives_and_saturation_as_in_the_reference(tmp_path: Path) -> None:
    shift = np.array([0, 1, 4, 7, 12])
    wide, narrow = Port(20, True, 5, 3), Port(6, False, 5, 3)
    call = (
        f"requantise<Grid<0, 1>, {wide.codes}, {narrow.codes}, 5, 3, 64>"
        "(in0, made, shift, (Size)rows, (Size)columns)"
    )
    tables = table("unsigned char", "shift", folded_channels(shift, 3))
    made = Kernel(tmp_path, "requantise", call, [wide], narrow, tables)
    ramp = np.arange(-40, 88)
    edges = np.array([-(1 << 19), (1 << 19) - 1, -1, 0, 1, 1 << 12, (63 << 12) + 2047, 63 << 12])
    values = np.concatenate([ramp, edges, 1000 * ramp])
    acc = np.broadcast_to(values, (5, 1, len(values)))
    expected = requantise(acc, shift, Format(6, False, 0))
    assert np.array_equal(made([acc], expected.shape, 2, 2 * len(values)), expected)
    assert set(np.unique(expected)) >= {0, 1, 63}
