"""requantise against the reference: ties, negative values, saturation, every shift."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.accelerator.rtl.tables import shift_table
from fdscs.hardware.cycles import pixel_by_pixel
from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hardware.parameters import folded_channels
from fdscs.hls_reference.ops.requantise import requantise
from fdscs.model.graph import Format
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, Table


@pytest.mark.parametrize(
    ("shift", "lanes"), [([0, 1, 4, 7, 12], 3), ([0], 1), ([5, 5, 5], 3), ([2, 17, 9, 3], 1)]
)
def test_ties_negatives_and_saturation_as_in_the_reference(
    operation: type[Operation], tmp_path: Path, shift: list[int], lanes: int
) -> None:
    channels = len(shift)
    parameters = {
        "grid": Grid(), "acc": Codes(20, True), "out": Codes(6, False), "channels": channels,
        "lanes": lanes, "max_columns": 64,
    }  # fmt: skip
    shifts = folded_channels(np.array(shift), lanes)
    text = shift_table(np.array(shift), lanes)
    table = Table("shift", "unsigned char", shifts, "SHIFTS", text)
    made = operation(
        tmp_path, "requantise", parameters, {"in": Lanes(channels, lanes, 20, True)},
        {"out": Lanes(channels, lanes, 6, False)},
        lambda tensors, *size: [requantise(tensors[0], np.array(shift), Format(6, False, 0))],
        pixel_by_pixel, [table], SHIFT_LEAST=min(shift), SHIFT_MOST=max(shift),
    )  # fmt: skip
    ramp = np.arange(-40, 88)
    edges = np.array([-(1 << 19), (1 << 19) - 1, -1, 0, 1, 1 << 12, (63 << 12) + 2047, 63 << 12])
    values = np.concatenate([ramp, edges, 1000 * ramp])
    acc = np.broadcast_to(values, (channels, 1, len(values)))
    made.check(lambda *size: [acc], [(2, 2 * len(values))])
