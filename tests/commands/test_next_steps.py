"""Every refusal names the next step: the messages in the code, and those that commands print."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from fdscs.export.build import CHECKPOINT, MANIFEST, PARAMS, QONNX
from fdscs.model.shipped import LITE_FLOAT

ROOT = Path(__file__).parents[2]
STEPS = """
    add allow ask calibrate call capture choose copy cut dump expected export give install keep
    leave lower make
    measure must name quantise replace run save set start supported take try use wait write
""".split()  # noqa: SIM905
STEP = re.compile(rf"\b({'|'.join(STEPS)})\b|`fdscs |--[a-z]+")
Refused = Callable[..., str]


def refusals() -> Iterator[tuple[str, str]]:
    """Place and text of every BadInput that the code raises, without what is filled in."""
    for path in sorted(ROOT.glob("*/**/*.py")):
        folder = path.relative_to(ROOT).parts[0]
        if folder in ("tests", "build") or folder.startswith("."):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "BadInput":
                constants = (
                    each.value for each in ast.walk(node.args[0])
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                )  # fmt: skip
                yield f"{path.relative_to(ROOT)}:{node.lineno}", " … ".join(constants)


def test_every_refusal_in_the_code_names_a_step() -> None:
    found = dict(refusals())
    assert len(found) > 150
    own = {
        place: text for place, text in found.items() if re.search("[a-z]", text)
    }  # not passed on
    silent = [f"{place}: {text}" for place, text in own.items() if not STEP.search(text)]
    assert silent == []


def test_a_silent_refusal_would_be_found() -> None:
    assert not STEP.search("x.npz … : not a readable archive (… ).")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("x")
    return tmp_path / "empty"


def test_refusals_of_commands_name_a_step(
    refused: Refused, build: Path, float_file: Path, quantised_file: Path, dataset: Path,
    left: Path, right: Path, empty: Path, tmp_path: Path,
) -> None:  # fmt: skip
    views, text, out = ("--left", left, "--right", right), tmp_path / "text", tmp_path / "o" / "x"
    data = ("--dataset", "folder", "--root", dataset)
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    given: list[tuple[object, ...]] = [
        ("import-official", text, "-o", out),
        ("import-official", tmp_path / "absent", "-o", out),
        ("import-official", tmp_path / "other.npz", "-o", out),
        ("calibrate", "--checkpoint", text, *data, "-o", out),
        ("calibrate", "--checkpoint", quantised_file, *data, "-o", out),
        ("calibrate", "--checkpoint", float_file, *data, "--config", "w99", "-o", out),
        ("calibrate", "--checkpoint", float_file, *data, "--config", "lite", "-o", out),
        ("calibrate", "--checkpoint", float_file, *data, "--list", "7", "-o", out),
        ("calibrate", "--checkpoint", float_file, "--dataset", "folder", "--root", empty,
         "-o", out),
        ("calibrate", "--checkpoint", float_file, "--dataset", "folder", "-o", out),
        ("train", "-o", out),
        ("train", "--list", "1", "-o", out, "--config", "authors-kitti"),
        ("export", "--checkpoint", quantised_file, "-o", out, "--size", "7"),
        ("export", "--checkpoint", quantised_file, "-o", text),
        ("clean", "--checkpoint", float_file, "-o", out),
        ("pack", "--checkpoint", quantised_file, "-o", out),
        ("grow", "--checkpoint", float_file, "--config", "tiny", "-o", out),
        ("search", "--table", text, "--checkpoint", float_file, "--budget", 50, "-o", out),
        ("tabulate", build),
        ("quantise", "--checkpoint", float_file, "--config", "w8", *data, "--unseen", "",
         "-o", out),
        ("check", empty), ("check", build, "--left", left), ("check", build, "--backend", "x"),
        ("check", build, "--left", text, "--right", right),
        ("hls", build, *views, "--board", "x", "-o", out),
        ("hls", build, *views, "--fps", 1e6, "-o", out),
        ("hls", build, *views, "--parallelism", "enc0=7x7", "-o", out),
        ("board", build, *views, "--board", "x", "-o", out),
        ("board", build, *views, "--board", "U250", "-o", out),
        ("board", build, *views, "--board", text, "-o", out),
        ("board", build, *views, "--size", "8192x8192", "-o", out),
        ("rtl", build, *views, "--fps", 1e6, "-o", out),
        ("rtl", build, *views, "--tlast", "x", "-o", out),
        ("rtl", build, *views, "--colours", "x", "-o", out),
        ("rtl", build, *views, "--pixel-bits", 16, "-o", out),
        ("vectors", build, *views, "--crop", "999x999", "-o", out),
        ("vectors", build, *views, "--layers", "x", "-o", out),
        ("vectors", build, *views, "--lanes", "0", "-o", out),
        ("vectors", build, *views, "--formats", "x", "-o", out),
        ("compare", empty, empty),
        ("predict", build, "--checkpoint", float_file, *views, "-o", out),
        ("predict", build, *views, "--backend", "float", "-o", out),
        ("predict", build, "--left", text, "--right", right, "-o", out),
        ("predict", build, "--left", left, "--right", LITE_FLOAT, "-o", out),
        ("predict", build, *views, "-o", text / "x"),
        ("evaluate", build, "--dataset", "folder", "--root", empty, "--json", out),
        ("evaluate", build, *data, "--list", "", "--json", out),
        ("report", build, *views, "--gt", left, "-o", out),
        ("report", build, *views, "--beside", empty, "-o", out),
        ("inspect", text), ("inspect", empty), ("inspect", tmp_path / "absent"),
        ("inspect", tmp_path / "other.npz"),
    ]  # fmt: skip
    silent = []
    for arguments in given:
        said = refused(*arguments)
        filled_in = [str(each) for each in (tmp_path, build, dataset, float_file, quantised_file)]
        for path in filled_in:  # a step in the name of a file is none
            said = said.replace(path, "")
        if not STEP.search(said) or not said.endswith("."):
            silent.append(said)
    assert silent == []
    assert not out.exists()


@pytest.mark.parametrize("name", [MANIFEST, PARAMS, QONNX, CHECKPOINT])
def test_a_damaged_build_says_how_to_mend_it(
    refused: Refused, build: Path, left: Path, right: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in build.iterdir():
        (folder / path.name).write_bytes(path.read_bytes()[: 99 if path.name == name else None])
    said = refused("check", folder, "--left", left, "--right", right)
    assert said.startswith(str(folder / name)) and STEP.search(said.removeprefix(str(folder)))
