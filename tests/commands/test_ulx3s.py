"""`fdscs ulx3s`, without the tools."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fdscs.commands.main import app
from fdscs.export.build import Build
from fdscs.storage.errors import BadInput

RUN = CliRunner()


def ulx3s(build: Build, folder: Path, *arguments: str) -> str:
    done = RUN.invoke(
        app, ["ulx3s", str(build.folder), "-o", str(folder), *arguments], catch_exceptions=False
    )
    assert done.exit_code == 0
    return done.output


def test_the_sources_alone(tiny_build: Build, tmp_path: Path) -> None:
    said = ulx3s(tiny_build, tmp_path / "board", "--sources", "--fps", "100", "--clock", "75")
    assert "the sources; no tool was run" in said
    top = (tmp_path / "board" / "top.sv").read_text()
    assert ".ROWS(240), .COLUMNS(320), .MOST(14)" in top
    assert ".FEEDBACK_DIVIDER(3)" in top
    assert f".BIT_CYCLES({round(75e6 / 115200)})" in top


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--seeds", "1,x"], "give whole numbers"), (["--clock", "33.3"], "give such a clock")],
)
def test_refusals(tiny_build: Build, tmp_path: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        ulx3s(tiny_build, tmp_path / "board", *arguments)
    assert not (tmp_path / "board").exists()
