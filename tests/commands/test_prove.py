"""fdscs prove: its table, its file, its exit status, and the report's section."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

import fdscs.accelerator.rtl.proofs.prove as proving
import fdscs.accelerator.rtl.proofs.solver as solver
from fdscs.accelerator.rtl.proofs.claims import claim_of
from fdscs.accelerator.rtl.proofs.prove import FILE, read_proofs
from fdscs.accelerator.rtl.proofs.solver import PROVED, REFUTED, Verdict
from fdscs.export.build import Build
from fdscs.model.graph import Conv2d
from fdscs.storage.errors import BadInput

LARGER = claim_of("larger", {"BITS": 4, "IS_SIGNED": 0})


@pytest.fixture
def two_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all claims about a build, one about its max_pool."""
    monkeypatch.setattr(proving, "claims", lambda *_: [(LARGER, ["pool_2", "pool_3"])])


@pytest.fixture
def own_build(tiny_build: Build, tmp_path: Path) -> Build:
    """A build to write into."""
    for path in tiny_build.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return replace(tiny_build, folder=tmp_path)


@pytest.mark.usefixtures("two_claims")
def test_a_table_and_a_file(own_build: Build, made: Callable[..., str]) -> None:
    said = made("prove", own_build.folder)
    convs = len(list(own_build.graph.of_type(Conv2d)))
    assert f"{convs + 1} properties: {convs + 1} proved for all inputs" in said
    found = read_proofs(own_build)
    assert [proof.module for proof in found] == ["conv2d"] * convs + ["larger"]
    assert found[-1].places == ["pool_2", "pool_3"] and found[-1].reach == "always"
    again = json.loads((own_build.folder / FILE).read_text())
    assert made("-q", "prove", own_build.folder, "-o", own_build.folder / "again.json")
    assert json.loads((own_build.folder / "again.json").read_text()) == again


@pytest.mark.usefixtures("two_claims")
def test_a_refuted_property_makes_the_exit_status_1(
    own_build: Build, fdscs: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Verdict(REFUTED, 1, 0.0, "larger fails `maximum` in cycle 0 with cycle 0: a = 0x1")
    monkeypatch.setattr(proving, "decide", lambda *_, **__: wrong)
    outcome = fdscs("prove", own_build.folder)
    assert outcome.status == 1
    assert wrong.fault in outcome.out and "1 refuted" in outcome.out


@pytest.mark.usefixtures("two_claims")
@pytest.mark.parametrize("tool", solver.TOOLS)
def test_a_tool_that_is_not_installed_is_named(
    tool: str, tiny_build: Build, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        if name == tool.replace("_", "-"):
            raise PackageNotFoundError(name)
        return "0.55"

    monkeypatch.setattr(solver, "version", version)
    monkeypatch.setitem(sys.modules, tool, None)
    said = refused("prove", tiny_build.folder)
    assert f"A proof needs {tool.replace('_', '-')}" in said
    assert "pip install 'fdscs[synthesis]'" in said


def test_a_board_needs_a_rate(tiny_build: Build, refused: Callable[..., str]) -> None:
    assert "--board and --fps go together" in refused("prove", tiny_build.folder, "--fps", 30)


def test_proofs_of_other_parameters_are_not_shown(own_build: Build) -> None:
    row = proving.Proof("it is so", "larger", {}, [], "induction", Verdict(PROVED, 1, 0.1))
    proving.write_proofs([row], own_build, own_build.folder / FILE)
    assert read_proofs(own_build) == [row]
    (own_build.folder / "params.npz").write_bytes(b"others")
    assert read_proofs(own_build) == []
    (own_build.folder / FILE).write_text("[]")
    with pytest.raises(BadInput, match="not written by `fdscs prove`; run it again"):
        read_proofs(own_build)
