"""The HLS C++ of our FINN layer, compiled, against NumPy; its loops against its schedule."""

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from fdscs.accelerator.finn.node_schedule import schedule
from fdscs.accelerator.finn.nodes import FinnGraph, Node, Stream

HEADER = files("fdscs.accelerator.finn.compiler") / "reflect_pad.hpp"
PROGRAM = """
#include <cstdio>
#include <queue>
namespace hls {
template <class T> struct stream {
    std::queue<T> q;
    T read() { if (q.empty()) throw 1; T x = q.front(); q.pop(); return x; }
    void write(const T &x) { q.push(x); }
};
}
#include "HEADER"
SIZES
int main() {
    hls::stream<int> in, out;
    for (int n = 0; n < ROWS * COLUMNS * WORDS; n++) in.write(n);
    reflect_pad<ROWS, COLUMNS, TOP, LEFT, BOTTOM, RIGHT, WORDS>(in, out);
    if (!in.q.empty()) return 2;
    while (!out.q.empty()) printf("%d\\n", out.read());
}
"""
SIZES = [(5, 6, 1, 2, 3, 4, 2), (6, 7, 0, 0, 0, 0, 1), (4, 9, 2, 1, 2, 2, 3), (3, 4, 0, 3, 2, 0, 1)]


@pytest.mark.skipif(not shutil.which("g++"), reason="g++ is not installed")
@pytest.mark.parametrize("sizes", SIZES)
def test_compiled_layer_is_numpys(sizes: tuple[int, ...], tmp_path: Path) -> None:
    rows, columns, top, left, bottom, right, words = sizes
    names = ("ROWS", "COLUMNS", "TOP", "LEFT", "BOTTOM", "RIGHT", "WORDS")
    source = tmp_path / "layer.cpp"
    lines = [f"const int {name} = {value};" for name, value in zip(names, sizes, strict=True)]
    source.write_text(PROGRAM.replace("HEADER", str(HEADER)).replace("SIZES", "\n".join(lines)))
    command = ["g++", "-Wall", "-Wno-unknown-pragmas", source, "-o", tmp_path / "layer"]
    subprocess.run(command, check=True)
    done = subprocess.run([tmp_path / "layer"], check=True, capture_output=True, text=True)
    made = np.array(done.stdout.split(), int)
    x = np.arange(rows * columns * words).reshape(rows, columns, words)
    assert np.array_equal(
        made, np.pad(x, ((top, bottom), (left, right), (0, 0)), "reflect").ravel()
    )


@pytest.mark.parametrize("sizes", SIZES)
def test_schedule_has_each_pixel_in_time(sizes: tuple[int, ...]) -> None:
    rows, columns, top, left, bottom, right, words = sizes
    out = (rows + top + bottom, columns + left + right)
    node = Node(
        "pad", "ReflectPad", ("x",), ("y",), (rows, columns), out,
        {"padding": [top, left, bottom, right]},
    )  # fmt: skip
    streams = {"x": Stream("x", 4, 1, words, rows * columns)}
    streams["y"] = Stream("y", 4, 1, words, out[0] * out[1])
    plan = schedule(FinnGraph((node,), streams), node)
    place = np.arange(rows * columns).reshape(rows, columns)
    source = np.pad(place, ((top, bottom), (left, right)), "reflect").ravel()
    assert (plan.writes > plan.reads[source]).all()
    fresh = (rows - top) * (left + 1)
    assert plan.interval == (top * columns + out[0] * out[1] + fresh) * words
