"""Block RAMs, UltraRAMs and what FIFOs are made of."""

import pytest

from fdscs.hardware.fabric import ECP5
from fdscs.hardware.memories import Memory, fifo_memories


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


def test_fifos_by_depth_and_the_ultra_rams_there_are() -> None:
    sizes = {"shallow": (32, 64), "low": (256, 64), "deep": (4096, 36), "deeper": (40960, 72)}
    assert fifo_memories(sizes, 0) == {
        "shallow": "srl", "low": "lutram", "deep": "bram", "deeper": "bram"
    }  # fmt: skip
    assert fifo_memories(sizes, 10)["deeper"] == "uram"
    assert fifo_memories(sizes, 10)["deep"] == "bram"  # none are left
    assert fifo_memories(sizes, 11)["deep"] == "uram"
    assert fifo_memories(sizes, 9)["deeper"] == "bram"  # ten would be needed


def test_an_ecp5_puts_more_into_block_ram() -> None:
    sizes = {"shallow": (64, 8), "deeper": (65, 8)}
    assert fifo_memories(sizes, 0, ECP5) == {"shallow": "lutram", "deeper": "bram"}
    assert fifo_memories(sizes, 0) == dict.fromkeys(sizes, "lutram")
