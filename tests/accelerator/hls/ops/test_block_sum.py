"""hls/ops/block_sum.h against the reference: odd and even sizes."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.block_sum import block_sum
from tests.accelerator.hls.kernel import Kernel, Port

SIZES = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 5), (4, 7), (7, 4), (6, 8)]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    """Pixels come as beats of 24 bits; here as a stream of packed codes."""
    packed, sums = Port(24, False, 1, 1), Port(10, False, 3, 3)
    call = f"""{{
        hls::stream<PixelBeat> pixels("pixels");
        for (int i = 0; i < rows * columns; i++) {{
            PixelBeat beat;
            beat.data = (unsigned)lane<{packed.codes}>(in0.read(), 0);
            pixels.write(beat);
        }}
        block_sum<{sums.codes}, 8>(pixels, made, (Size)rows, (Size)columns);
    }}"""
    return Kernel(tmp_path_factory.mktemp("block_sum"), "block_sum", call, [packed], sums)


@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_equals_the_reference(kernel: Kernel, rows: int, columns: int) -> None:
    rng = np.random.default_rng(rows * columns)
    pixels = rng.choice([0, 1, 128, 255], (3, rows, columns))
    packed = (pixels[0] | pixels[1] << 8 | pixels[2] << 16)[None]
    expected = block_sum(pixels.astype(np.uint8))
    assert np.array_equal(kernel([packed], expected.shape, rows, columns), expected)
