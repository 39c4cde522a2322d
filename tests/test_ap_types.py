"""The headers of arbitrary-precision types that C++ tests compile with."""

import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAM = """
#include <ap_fixed.h>
#include <ap_int.h>
#include <cstdio>

int main() {
    const double given[] = {2.5, -2.5, 2.25, 300, -300};
    for (double x : given) {
        ap_fixed<8, 8, AP_RND, AP_SAT> rounded = x;
        ap_int<5> wrapped = int(x);
        std::printf("%d %d\\n", rounded.to_int(), wrapped.to_int());
    }
}
"""


@pytest.mark.skipif(not shutil.which("g++"), reason="g++ is not installed")
def test_rounding_saturation_and_wrapping(ap_types: Path, tmp_path: Path) -> None:
    (tmp_path / "types.cpp").write_text(PROGRAM)
    command = ["g++", f"-I{ap_types}", "-o", tmp_path / "types", tmp_path / "types.cpp"]
    subprocess.run(command, check=True, capture_output=True)
    done = subprocess.run([tmp_path / "types"], check=True, capture_output=True, text=True)
    rows = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert rows == [(3, 2), (-2, -2), (2, 2), (127, 12), (-128, -12)]


def test_proprietary_files_stay_behind(ap_types: Path) -> None:
    names = {path.name for path in ap_types.rglob("*.h")}
    assert {"ap_int.h", "ap_fixed.h", "ap_private.h"} <= names
    assert not names & {"hls_stream.h", "ap_shift_reg.h"}
