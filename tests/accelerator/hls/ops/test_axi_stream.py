"""hls/ops/axi_stream.h: the marks of the beats, of frame and row, beside the codes."""

import numpy as np
import pytest

from tests.accelerator.hls.kernel import Kernel, Port

SIZES = [(1, 1), (1, 2), (2, 1), (3, 5), (6, 8)]


@pytest.fixture(scope="module", params=["line", "frame"])
def kernel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    """Codes of the beats, with the marks of frame and row above them."""
    code, marked = Port(12, False, 1, 1), Port(14, False, 1, 1)
    call = f"""{{
        hls::stream<BeatOf<{code.codes}>> beats("beats");
        axi_stream<{code.codes}, {int(request.param == "frame")}>(
            in0, beats, (Size)rows, (Size)columns);
        for (int i = 0; i < rows * columns; i++) {{
            const BeatOf<{code.codes}> beat = beats.read();
            Word<{marked.codes}, 1> word = zero_word<{marked.codes}, 1>();
            const int marks = (beat.user << 12) + (beat.last << 13);
            set_lane<{marked.codes}>(word, 0, (int)beat.data + marks);
            made.write(word);
        }}
    }}"""
    folder = tmp_path_factory.mktemp("axi_stream")
    made = Kernel(folder, "axi_stream", call, [code], marked, "")
    made.tlast = request.param
    return made


@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_beats_are_marked(kernel: Kernel, rows: int, columns: int) -> None:
    codes = np.random.default_rng(rows * columns).integers(0, 4096, (1, rows, columns))
    made = kernel([codes], codes.shape, rows, columns)
    assert np.array_equal(made & 4095, codes)
    assert np.flatnonzero(made & 4096).tolist() == [0]
    last = np.zeros((1, rows, columns), bool)
    last[0, -1 if kernel.tlast == "frame" else slice(None), -1] = True
    assert np.array_equal((made & 8192) > 0, last)
