"""hls/ops/census.h against the reference: ties, borders, images smaller than the window."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.census import census
from tests.accelerator.hls.kernel import Kernel, Port

SIZES = [(1, 1), (1, 6), (2, 2), (6, 1), (3, 4), (5, 5), (7, 9)]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    luma, words = Port(18, False, 1, 1), Port(24, False, 1, 1)
    call = (
        f"census<Grid<0, 1>, {luma.codes}, {words.codes}, 16>(in0, made, (Size)rows, (Size)columns)"
    )
    return Kernel(tmp_path_factory.mktemp("census"), "census", call, [luma], words)


@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_equals_the_reference(kernel: Kernel, rows: int, columns: int) -> None:
    rng = np.random.default_rng(rows * columns)
    for luma in (
        rng.integers(0, 3, (1, rows, columns)),  # many ties
        rng.integers(0, 1 << 18, (1, rows, columns)),
        np.zeros((1, rows, columns), np.int64),
    ):
        expected = census(luma)
        assert np.array_equal(kernel([luma], luma.shape, 2 * rows, 2 * columns), expected)
