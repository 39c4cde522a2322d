"""Block RAMs, UltraRAMs and what FIFOs are made of."""

import pytest

from fdscs.hardware.fabric import ECP5
from fdscs.hardware.memories import Memory, in_ultra_ram, small_or_bram


@pytest.mark.parametrize(
    ("depth", "width", "brams"),
    [
        (512, 36, 0.5),
        (512, 37, 1),
        (1024, 18, 0.5),
        (1024, 36, 1),  # of 18 Kbit: two side by side
        (513, 36, 1),
        (16384, 1, 0.5),
        (16385, 1, 1),
        (4096, 72, 8),  # an UltraRAM's bits: 9 wide and 2048 deep
    ],
)
def test_block_rams_in_their_best_shape(depth: int, width: int, brams: float) -> None:
    assert Memory("", depth, width).brams == brams


def test_ultra_rams() -> None:
    assert Memory("", 4096, 72).urams == 1
    assert Memory("", 4097, 72).urams == 2
    assert Memory("", 4096, 73).urams == 2


def test_distributed_ram() -> None:
    assert Memory("", 64, 10, constant=True).luts == 10
    assert Memory("", 65, 10, constant=True).luts == 20


def test_fifos_by_depth() -> None:
    kinds = {(32, 64): "srl", (256, 64): "lutram", (4096, 36): "bram"}
    for (depth, width), kind in kinds.items():
        assert small_or_bram(Memory("FIFO", depth, width)) == kind


def test_an_ecp5_puts_more_into_block_ram() -> None:
    for depth, kind in ((64, "lutram"), (65, "bram")):
        assert small_or_bram(Memory("FIFO", depth, 8), ECP5) == kind
        assert small_or_bram(Memory("FIFO", depth, 8)) == "lutram"


def test_banks_count_each() -> None:
    one, four = Memory("", 640, 8), Memory("", 640, 8, banks=4)
    assert (four.bits, four.brams, four.urams) == (4 * one.bits, 4 * one.brams, 4 * one.urams)
    assert four.luts == 4 * one.luts


def test_ultra_ram_goes_where_it_saves_most_of_what_there_is() -> None:
    found = {
        "deep": [Memory("FIFO", 4096, 36)],  # 4 block RAMs, 1 UltraRAM
        "deeper": [Memory("FIFO", 40960, 72)],  # 80, 10
        "pair": 2 * [Memory("lines", 2048, 72)],  # 8, 2
        "little": [Memory("FIFO", 1024, 36)],  # 1, 1: not worth it
    }
    assert in_ultra_ram(found, 0) == set()
    assert in_ultra_ram(found, 10) == {"deeper"}
    assert in_ultra_ram(found, 11) == {"deeper", "deep"}
    assert in_ultra_ram(found, 9) == {"deep", "pair"}  # ten would be needed
    assert in_ultra_ram(found, 99) == {"deep", "deeper", "pair"}
