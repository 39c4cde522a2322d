"""The board's self-test, simulated: it says bit-exact, and says so only when it is true."""

from dataclasses import replace

import pytest

from fdscs.accelerator.ulx3s.project import Settings, golden_crcs
from fdscs.accelerator.ulx3s.simulate import EXACT, LOCKED, WRONG, simulate
from fdscs.accelerator.ulx3s.test_pair import SCENES
from fdscs.export.build import Build
from tests.accelerator.hls.test_accelerator import small_flow

SETTINGS = Settings((20, 40), 100, bit_cycles=16, watchdog=1_000_000)
MOST_CYCLES = 1_000_000


def test_leds_and_the_serial_line_say_bit_exact(tiny_build: Build) -> None:
    run = simulate(tiny_build, small_flow(tiny_build.graph), SETTINGS, MOST_CYCLES)
    assert run.leds & (EXACT | WRONG | LOCKED) == EXACT | LOCKED
    crcs = golden_crcs(tiny_build, SETTINGS.size)
    assert [line.split()[1] for line in run.lines[:SCENES]] == [f"{crc:08x}" for crc in crcs]
    assert {line.split()[-1] for line in run.lines} == {"exact"}
    assert len(set(crcs)) == SCENES


def test_one_wrong_weight_is_seen(tiny_build: Build) -> None:
    weight = tiny_build.params["u4_2.weight"].copy()
    weight[1, 2, 1, 1] ^= 1
    wrong = replace(tiny_build, params={**tiny_build.params, "u4_2.weight": weight})
    assert golden_crcs(wrong, SETTINGS.size) != golden_crcs(tiny_build, SETTINGS.size)
    flow = small_flow(tiny_build.graph)
    run = simulate(tiny_build, flow, SETTINGS, MOST_CYCLES, tables=wrong)
    assert run.leds & (EXACT | WRONG) == WRONG
    assert run.lines[-1].endswith("wrong")


@pytest.mark.slow
def test_a_frame_that_does_not_come_is_wrong(tiny_build: Build) -> None:
    flow = small_flow(tiny_build.graph)
    run = simulate(tiny_build, flow, replace(SETTINGS, watchdog=5000), MOST_CYCLES)
    assert run.leds & (EXACT | WRONG) == WRONG
    assert run.cycles < 20_000
    assert run.lines == []
