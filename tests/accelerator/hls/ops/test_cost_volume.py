"""hls/ops/cost_volume.h against the reference: a pixel a cycle, folded, a last word half empty."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.ops.cost_volume import cost_volume
from tests.accelerator.hls.kernel import Kernel, Port

DISPARITIES = 5


def maps(rng: np.random.Generator, rows: int, columns: int) -> list[IntArray]:
    """Census words, U and V of two views."""
    shape = (2, 1, rows, columns)
    return [
        *rng.integers(0, 1 << 24, shape),
        *rng.integers(-111, 113, shape),
        *rng.integers(-157, 158, shape),
    ]


@pytest.mark.parametrize("lanes", [3, 6, 15])
def test_equals_the_reference(tmp_path: Path, lanes: int) -> None:
    ports = [Port(b, s, 1, 1) for b, s in ((24, False), (8, True), (9, True)) for _ in range(2)]
    cost = Port(6, False, 3 * DISPARITIES, lanes)
    formats = ", ".join([*(port.codes for port in ports[::2]), cost.codes])
    call = (
        f"cost_volume<Grid<0, 1>, {DISPARITIES}, 63, {formats}, {lanes}, 16>"
        f"({', '.join(f'in{i}' for i in range(6))}, made, (Size)rows, (Size)columns)"
    )
    made = Kernel(tmp_path, "cost_volume", call, ports, cost)
    rng = np.random.default_rng(lanes)
    for rows, columns in ((1, DISPARITIES), (3, DISPARITIES + 1), (4, 13)):
        inputs = maps(rng, rows, columns)
        expected = cost_volume(inputs, DISPARITIES, 63)
        assert np.array_equal(made(inputs, expected.shape, 2 * rows, 2 * columns), expected)
