"""cost_volume against the reference: a pixel a cycle, folded, a last word half empty."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fdscs.hardware.dataflow import Codes, Grid
from fdscs.hardware.ops.cost_volume import CostVolume
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.ops.cost_volume import cost_volume
from fdscs.vectors.words import Lanes
from tests.accelerator.ops.cases import Operation, halves

UNREAD: Any = SimpleNamespace(flow=SimpleNamespace(graph=SimpleNamespace(of_type=lambda kind: [])))


def maps(rng: np.random.Generator, rows: int, columns: int) -> list[IntArray]:
    """Census words, U and V of two views."""
    shape = (2, 1, *halves(rows, columns))
    return [
        *rng.integers(0, 1 << 24, shape),
        *rng.integers(-111, 113, shape),
        *rng.integers(-157, 158, shape),
    ]


@pytest.mark.parametrize(
    ("disparities", "saturation", "lanes"),
    [(5, 63, 3), (5, 40, 6), (5, 63, 15), (8, 63, 9), (1, 63, 3)],
)
def test_equals_the_reference(
    operation: type[Operation], tmp_path: Path, disparities: int, saturation: int, lanes: int
) -> None:
    parameters = {
        "grid": Grid(), "disparities": disparities, "saturation": saturation,
        "bits": Codes(24, False), "u": Codes(8, True), "v": Codes(9, True),
        "cost": Codes(6, False), "lanes": lanes, "max_columns": 13,
    }  # fmt: skip
    features = {"census": (24, False), "u": (8, True), "v": (9, True)}
    ports = {
        f"{name}_{view}": Lanes(1, 1, bits, signed)
        for name, (bits, signed) in features.items()
        for view in ("left", "right")
    }
    op: Any = SimpleNamespace(name="cost", disparities=disparities)
    made = operation(
        tmp_path, "cost_volume", parameters, ports,
        {"out": Lanes(3 * disparities, lanes, 6, False)},
        lambda tensors, rows, columns: [cost_volume(tensors, disparities, saturation)],
        lambda shape: CostVolume().schedule(op, UNREAD, shape),
    )  # fmt: skip
    rng = np.random.default_rng(lanes)
    least = 2 * disparities
    made.check(
        lambda *size: maps(rng, *size), [(2, least), (5, least + 1), (8, 25), (1, least - 1)]
    )
