"""fdscs finn: what it refuses, and its report; the whole where FINN is installed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import fdscs.accelerator.finn.job
from fdscs.accelerator.finn.job import run_finn
from fdscs.accelerator.finn.report import plot_result, read_result, write_tables
from fdscs.accelerator.finn.target import Target
from fdscs.commands.main import app
from fdscs.export.build import Build
from fdscs.hardware.boards import BOARDS
from fdscs.model.config_file import read_config
from fdscs.storage.errors import BadInput
from tests.accelerator.finn.compiler.make_job import random_build, random_pair

RUN = CliRunner()


def call(*arguments: object) -> object:
    return RUN.invoke(app, ["finn", *map(str, arguments)], catch_exceptions=False)


def test_a_board_that_is_unknown(tiny_build: Build, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--board Zed: choose from ZCU104"):
        call(tiny_build.folder, "--board", "Zed", "--fps", 1, "-o", tmp_path / "out")


def test_without_finn_it_says_how_to_get_it(
    tiny_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fdscs.accelerator.finn.job, "ENVIRONMENT", tmp_path / "none")
    with pytest.raises(BadInput, match="run `make finn-setup`"):
        call(tiny_build.folder, "--fps", 1, "--size", "46x70", "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_things_is_refused(
    tiny_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setattr(fdscs.accelerator.finn.job, "ENVIRONMENT", tmp_path / "env")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    with pytest.raises(BadInput, match="holds something else"):
        call(tiny_build.folder, "--fps", 1, "--size", "46x70", "-o", tmp_path / "out")


def test_the_report(tmp_path: Path) -> None:
    """All figures of a made-up result are in the tables."""
    usage = {"luts": 1000.0, "dsps": 9, "brams": 10.0, "urams": 3}
    none = dict.fromkeys(usage, 0)
    layer = {
        "layer": "enc0", "node": "MVAU_0", "kind": "MVAU", "cycles": 900_000, "memory": "block",
        "folding": {"SIMD": 3, "PE": 4}, "finn": usage, "added": {**none, "dsps": 12},
    }  # fmt: skip
    data = {
        "target": Target(BOARDS["KV260"], 200, 100).to_json(),
        "checks": [{"stage": "codes", "tensors": 40, "values": 12345, "fault": None}],
        "boundary": [{"port": "rgb", "format": "INT8", "lanes": 4}],
        "layers": [layer],
        "fifos": [
            {"stream": "skip", "pixels": 77, "rows": 2.5, "least": 70, "full_rate": 90, "bits": 616}
        ],
        "interval": 1_000_000,
        "usage": usage,
        "rates": [{"fps": 50.0, "usage": usage}],
    }  # fmt: skip
    result = read_result(data)
    assert result.fps == 200 and result.fits
    write_tables(result, tmp_path / "report.md")
    text = (tmp_path / "report.md").read_text()
    for figure in ("12,345", "900,000", "SIMD 3 PE 4", "1000 + 0", "| skip | 77 | 2.5 | 70 | 90 |"):
        assert figure in text
    plot_result(result, tmp_path / "report.png")
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    slow = read_result({**data, "interval": 3_000_000})
    assert not slow.fits and "DOES NOT FIT" in slow.summary[-1]


@pytest.mark.slow
@pytest.mark.skipif(
    not (fdscs.accelerator.finn.job.ENVIRONMENT / "bin" / "python").is_file(),
    reason="`make finn-setup` first",
)
def test_the_whole_paper_network(tmp_path: Path) -> None:
    """All of `paper`'s layers and disparities, random integers, images just wide enough."""
    target = Target(BOARDS["ZCU102"], clock=200, fps=500)
    options = {"thresholds_up_to": 0, "rates": False, "synthesise": False}
    pair = random_pair(64, 280)
    build = random_build(read_config("w4f"))
    report = run_finn(build, target, (64, 280), pair, tmp_path / "out", options)
    assert all(check["fault"] is None for check in report["checks"])
    assert json.loads((tmp_path / "out" / "report.json").read_text()) == report
