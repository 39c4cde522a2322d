"""hls/ops/upsample.h: the marks of the beats, of frame and row, beside the codes."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.upsample import upsample
from tests.accelerator.hls.kernel import Kernel, Port

SIZES = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 5), (4, 7), (7, 4), (6, 8)]
FRAC = 2


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    """Codes of the beats, with the marks of frame and row above them."""
    half, full, marked = Port(10, False, 1, 1), Port(12, False, 1, 1), Port(14, False, 1, 1)
    lines = f"static Word<{half.codes}, 1> lines[2][8];"
    call = f"""{{
        hls::stream<BeatOf<{full.codes}>> beats("beats");
        upsample<Grid<0, 1>, {half.codes}, {full.codes}, {FRAC}, 8>(
            in0, beats, lines, (Size)rows, (Size)columns);
        for (int i = 0; i < rows * columns; i++) {{
            const BeatOf<{full.codes}> beat = beats.read();
            Word<{marked.codes}, 1> word = zero_word<{marked.codes}, 1>();
            const int marks = (beat.user << 12) + (beat.last << 13);
            set_lane<{marked.codes}>(word, 0, (int)beat.data + marks);
            made.write(word);
        }}
    }}"""
    return Kernel(tmp_path_factory.mktemp("upsample"), "upsample", call, [half], marked, lines)


@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_equals_the_reference(kernel: Kernel, rows: int, columns: int) -> None:
    rng = np.random.default_rng(rows * columns)
    size = (1, -(-rows // 2), -(-columns // 2))
    for half in (
        500 + rng.integers(-5, 6, size),
        rng.choice([0, 3, 4, 5, 1023], size),
    ):
        made = kernel([half], (1, rows, columns), rows, columns)
        assert np.array_equal(made & 4095, upsample(half, FRAC, rows, columns))
        assert np.flatnonzero(made & 4096).tolist() == [0]
        last = np.zeros((1, rows, columns), bool)
        last[..., -1] = True
        assert np.array_equal((made & 8192) > 0, last)
