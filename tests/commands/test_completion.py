"""Shell completion, by the protocol that the installed script speaks."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fdscs.accelerator.kits.boards import BOARD_PARTS
from fdscs.backends.registry import COMPARABLE, RUNNING
from fdscs.hardware.boards import BOARDS
from fdscs.model.config_file import names
from fdscs.stereo_datasets.catalogue import DATASETS

Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(fdscs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Complete:
    """What bash is offered for the last word of a line, as the program answers its script."""

    def offered(line: str) -> list[str]:
        monkeypatch.setenv("_FDSCS_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        words = line.split()
        monkeypatch.setenv("COMP_CWORD", str(len(words) - (not line.endswith(" "))))
        outcome = fdscs()
        assert outcome.status == 0 and outcome.err == "", outcome
        return list(outcome.out.split())

    return offered


def test_commands(complete: Complete) -> None:
    assert {"check", "report", "inspect", "demo"} <= set(complete("fdscs "))
    assert complete("fdscs cal") == ["calibrate"]


@pytest.mark.parametrize(
    "line",
    [
        "fdscs calibrate --checkpoint f --config ",
        "fdscs train --config ",
        "fdscs qat --config ",
        "fdscs quantise --config ",
    ],
)
def test_configurations(complete: Complete, line: str) -> None:
    assert complete(line) == names()
    assert {"paper", "lite", "w8", "authors-kitti"} <= set(names())
    assert complete(f"{line}reproduction-k") == ["reproduction-kitti"]
    assert complete(f"{line}mine.toml") == []  # then bash offers files


def test_boards(complete: Complete) -> None:
    assert complete("fdscs hls build --board ") == list(BOARDS)
    assert complete("fdscs rtl build --board ") == list(BOARDS)
    assert complete("fdscs board build --board ") == list(BOARD_PARTS)
    assert complete("fdscs hls build --board ZCU") == [each for each in BOARDS if "ZCU" in each]


def test_forms_of_ports(complete: Complete) -> None:
    assert complete("fdscs rtl build --tlast ") == ["line", "frame"]
    assert complete("fdscs rtl build --colours ") == ["rgb", "gbr"]
    assert complete("fdscs rtl build --pixel-bits ") == ["24", "32"]


@pytest.mark.parametrize(
    "command", ["calibrate", "sensitivity", "train", "qat", "quantise", "evaluate"]
)
def test_data_sets(complete: Complete, command: str) -> None:
    assert sorted(complete(f"fdscs {command} --dataset ")) == sorted(DATASETS)
    assert sorted(complete(f"fdscs {command} --dataset middle")) == [
        "middlebury2003", "middlebury2006", "middlebury2014", "middlebury2021",
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["check", "report"])
def test_back_ends_to_check(complete: Complete, command: str) -> None:
    every = list(COMPARABLE)
    assert complete(f"fdscs {command} build --backend ") == every
    assert complete(f"fdscs {command} build --backend hls,q") == ["hls,qonnx"]
    rest = [f"hls,{each}" for each in every if each != "hls"]
    assert complete(f"fdscs {command} build --backend hls,") == rest


def test_the_rest(complete: Complete) -> None:
    assert set(complete("fdscs predict --backend ")) == set(RUNNING)
    assert complete("fdscs vectors build --formats npy,") == ["npy,hex", "npy,dat"]
    assert complete("fdscs inspect --j") == ["--json"]


def test_bash_itself(tmp_path: Path) -> None:
    """The script that --show-completion prints, run by bash with what a user has typed."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash to complete in")
    program = Path(sys.executable).with_name("fdscs")
    script = (
        'eval "$(_FDSCS_COMPLETE=source_bash fdscs)"; complete -p fdscs; '
        "COMP_WORDS=(fdscs hls build --board ZCU); COMP_CWORD=4; _fdscs_completion fdscs; "
        'echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        [bash, "--norc", "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    registered, offered = done.stdout.splitlines()
    assert registered == "complete -o default -F _fdscs_completion fdscs"
    assert offered.split() == [each for each in BOARDS if each.startswith("ZCU")]
