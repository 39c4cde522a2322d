"""hls/ops/multiply.h: every product that shares a multiplier, and how many do."""

import subprocess
from itertools import product
from pathlib import Path

import pytest

from fdscs.accelerator.hls.project import LIBRARY
from fdscs.accelerator.hls.simulate import COMPILER, FLAGS
from fdscs.hardware.multipliers import macs_per_multiplier
from tests.accelerator.hls.kernel import EXACT, STRICT

TABLE = """
#include "ops/multiply.h"
#include <cstdio>
int main() {
    for (int weight = 2; weight <= 20; weight++)
        for (int code = 1; code <= 20; code++)
            for (int is_signed = 0; is_signed < 2; is_signed++)
                for (int pixels = 1; pixels <= 2; pixels++)
                    std::printf("%d ", fdscs::macs_per_multiplier(weight, code, is_signed, pixels));
}
"""

# Every two weights with every two codes; the ports hold 27 and 18 signed bits.
PRODUCTS = r"""
#include "ops/multiply.h"
#include <cstdio>
using namespace fdscs;
template <int WEIGHT, int CODE, bool SIGNED> long wrong() {
    static_assert(macs_per_multiplier(WEIGHT, CODE, SIGNED, 2) == 4, "");
    typedef Codes<CODE, SIGNED> In;
    const int most = (1 << (WEIGHT - 1)) - 1, low = SIGNED ? -(1 << (CODE - 1)) : 0;
    const int high = low + (1 << CODE);
    long count = 0, differ = 0;
    for (int w0 = -most; w0 <= most; w0++)
        for (int w1 = -most; w1 <= most; w1++)
            for (int x0 = low; x0 < high; x0++)
                for (int x1 = low; x1 < high; x1++) {
                    const ap_int<WEIGHT> weights[2] = {w0, w1};
                    const typename In::type codes[2] = {x0, x1};
                    int products[2][2];
                    outer_products<In, Codes<WEIGHT, true>>(codes, weights, products);
                    differ += products[0][0] != w0 * x0 || products[0][1] != w1 * x0 ||
                              products[1][0] != w0 * x1 || products[1][1] != w1 * x1;
                    count++;
                }
    std::printf("%ld of %ld\n", differ, count);
    return differ;
}
int main() {
    return wrong<4, 4, false>() + wrong<4, 6, false>() + wrong<5, 6, false>() +
           wrong<4, 5, true>() != 0;
}
"""


def run(folder: Path, source: str, *flags: str) -> str:
    """What a program prints."""
    (folder / "main.cpp").write_text(source)
    subprocess.run(
        [COMPILER, *FLAGS, *STRICT, *flags, "-O1", f"-I{LIBRARY}", f"-I{LIBRARY / 'csim'}", "-o",
         folder / "main", folder / "main.cpp"],
        check=True,
    )  # fmt: skip
    done = subprocess.run([folder / "main"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_products_a_multiplier_are_those_that_slices_are_counted_with(tmp_path: Path) -> None:
    found = list(map(int, run(tmp_path, TABLE, "-DFDSCS_NATIVE").split()))
    cases = product(range(2, 21), range(1, 21), (False, True), (1, 2))
    assert found == [macs_per_multiplier(*case) for case in cases]
    assert set(found) == {1, 2, 3, 4}


def test_every_product_of_two_weights_and_two_codes(tmp_path: Path, ap_types: Path) -> None:
    said = run(tmp_path, PRODUCTS, *EXACT, f"-isystem{ap_types}").split("\n")
    assert said[:4] == [
        "0 of 57600", f"0 of {15**2 * 64**2}", f"0 of {31**2 * 64**2}", f"0 of {15**2 * 32**2}"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("weight", "code", "signed", "count"),
    [
        (4, 4, False, 4),  # codes 8 bits apart, weights 16: 12 and 20 of 17 and 27
        (4, 6, False, 4),  # 16 and 24
        (5, 6, False, 4),  # 17 and 27, all there are
        (4, 5, True, 4),  # 14 and 22
        (5, 6, True, 4),  # 17, and one more below two of the smallest codes
        (4, 7, False, 3),  # codes would take 18 bits, and a sign
        (4, 7, True, 3),
        (6, 5, False, 2),  # weights would take 28
        (8, 8, False, 2),
    ],
)
def test_four_products_where_both_ports_hold_them(
    weight: int, code: int, signed: bool, count: int
) -> None:
    assert macs_per_multiplier(weight, code, signed, 2) == count
