"""hls/ops/fork.h: both readers get every word."""

from pathlib import Path

import numpy as np

from tests.accelerator.hls.kernel import Kernel, Port


def test_both_readers_get_every_word(tmp_path: Path) -> None:
    port, both = Port(8, False, 5, 2), Port(8, False, 10, 5)
    word = f"Word<{port.codes}, 2>"
    call = f"""{{
        hls::stream<{word}> first("first"), second("second");
        fork<Grid<0, 1>, 3, {word}, 16>(in0, first, second, (Size)rows, (Size)columns);
        hls::stream<Word<{port.codes}, 5>> a("a"), b("b");
        change_lanes<Grid<0, 1>, {port.codes}, 5, 2, 5, 16>(first, a, (Size)rows, (Size)columns);
        change_lanes<Grid<0, 1>, {port.codes}, 5, 2, 5, 16>(second, b, (Size)rows, (Size)columns);
        concat<Grid<0, 1>, {port.codes}, 5, 5, {port.codes}, 5, 5, {port.codes}, 5, 16>(
            a, b, made, (Size)rows, (Size)columns);
    }}"""
    headers = 'fork.h"\n#include "fdscs/ops/change_lanes.h"\n#include "fdscs/ops/concat'
    made = Kernel(tmp_path, headers, call, [port], both)
    codes = np.random.default_rng(0).integers(0, 256, (5, 3, 4))
    assert np.array_equal(made([codes], (10, 3, 4), 6, 8), np.concatenate([codes, codes]))
