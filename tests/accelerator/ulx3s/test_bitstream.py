"""Sources, clocks and reports of a bitstream; the tools themselves are in the slow set."""

import json
from pathlib import Path

import pytest

from fdscs.accelerator.rtl.netlist.synthesis import MODELS
from fdscs.accelerator.rtl.verilator import lint
from fdscs.accelerator.ulx3s.bitstream import (
    BITSTREAM,
    COUNTED,
    Routed,
    make_bitstream,
    read_report,
)
from fdscs.accelerator.ulx3s.project import (
    FOLDER,
    PINS,
    designed,
    dividers,
    settings_for,
    sources,
    write_project,
)
from fdscs.export.build import Build
from fdscs.hardware.fabric import ECP5
from fdscs.storage.errors import BadInput


@pytest.mark.parametrize(
    ("clock", "expected"), [(100, (1, 4, 6)), (75, (1, 3, 8)), (90, (5, 18, 7)), (62.5, (2, 5, 10))]
)
def test_the_pll_gives_the_clock(clock: float, expected: tuple[int, int, int]) -> None:
    first, feedback, output = dividers(clock)
    assert (first, feedback, output) == expected
    assert 25 / first * feedback == clock
    assert 400 <= clock * output <= 800


@pytest.mark.parametrize("clock", [99, 33.4])
def test_a_clock_that_the_pll_cannot_give_is_refused(clock: float) -> None:
    with pytest.raises(BadInput, match="give such a clock"):
        dividers(clock)


def test_a_project_holds_all_that_it_names(tiny_build: Build, tmp_path: Path) -> None:
    found = designed(tiny_build, 100, 100, (32, 64))
    write_project(tiny_build, found.flow, settings_for((32, 64), 100), tmp_path)
    assert {path.name for path in sources(tmp_path)} == {p.name for p in tmp_path.glob("*.sv")}
    parts = [FOLDER / "ehxplll.sv", MODELS / "ecp5_multiplier.sv"]
    said = lint("top", [*sources(tmp_path), *parts])
    assert not [line for line in said.splitlines() if str(FOLDER) in line or "/ecp5/" in line]
    assert "MULT18X18D" in (tmp_path / "multiplier.sv").read_text()
    for table in ("enc0.weight", "out.bias", "u4_2.shift"):
        assert (tmp_path / f"{table}.hex").stat().st_size
    pins = (tmp_path / PINS).read_text()
    for port in ("clk_25mhz", "fire2", "ftdi_rxd", "wifi_gpio0", *(f"led[{i}]" for i in range(8))):
        assert f'LOCATE COMP "{port}"' in pins


def test_multipliers_have_the_ports_of_an_ecp5(tiny_build: Build) -> None:
    flow = designed(tiny_build, 100, 100, (32, 64)).flow
    assert flow.fabric == ECP5
    assert all(stream.memory != "uram" for stream in flow.streams.values())


def test_too_many_frames_are_refused(tiny_build: Build) -> None:
    with pytest.raises(BadInput, match="ask for less"):
        designed(tiny_build, 100, 100000, (32, 64))


def test_the_clock_that_is_asked_most_of_is_reported(tmp_path: Path) -> None:
    report = {
        "fmax": {
            "clk_25mhz": {"achieved": 400.0, "constraint": 25.0},
            "clk": {"achieved": 99.5, "constraint": 100.0},
        },
        "utilization": {name: {"used": 10, "available": 40} for name in COUNTED},
    }
    (tmp_path / "r.json").write_text(json.dumps(report))
    found = read_report(tmp_path / "r.json", seed=3)
    assert found == Routed(100.0, 99.5, 3, dict.fromkeys(COUNTED, (10, 40)))
    assert not found.met
    assert found.shares["DP16KD"] == 0.25


@pytest.mark.slow
def test_a_network_becomes_a_bitstream(tiny_build: Build, tmp_path: Path) -> None:
    found = designed(tiny_build, 50, 100, (32, 64))
    write_project(tiny_build, found.flow, settings_for((32, 64), 50), tmp_path)
    routed = make_bitstream(tmp_path, [1, 2])
    assert routed.met
    assert routed.asked == 50
    assert max(routed.shares.values()) < 0.85
    assert (tmp_path / BITSTREAM).read_bytes()[:2] == b"\xff\x00"  # the comment begins
    assert json.loads((tmp_path / "report.json").read_text())["seed"] == routed.seed
