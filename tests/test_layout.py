"""Where things are: one package, links to five of its rooms, nothing imported past it."""

import importlib.util
import subprocess
import tomllib
from pathlib import Path

import pytest

import fdscs

ROOT = Path(__file__).parents[1]
LINKS = {"model", "quantization", "export", "hls_reference", "calibration"}
TOP = {  # of what git tracks
    *LINKS, "src", "tests", "docs", "benchmarks", ".ci", "pyproject.toml", "Makefile", "README.md",
    "LICENSE", "CHANGELOG.md", "debian-packages.txt", "requirements.lock", "requirements-core.lock",
    "requirements-finn.lock",
    ".gitignore", ".pre-commit-config.yaml",
}  # fmt: skip


def tracked() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files"]
    return subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()


def test_the_top_level_holds_nothing_else() -> None:
    assert {name.partition("/")[0] for name in tracked()} == TOP


def test_links_are_relative_and_lead_into_the_package() -> None:
    found = {path.name: path.readlink() for path in ROOT.iterdir() if path.is_symlink()}
    assert found == {name: Path("src/fdscs") / name for name in LINKS}


def test_imports_through_links_are_banned() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        rules = tomllib.load(file)["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    assert set(rules) == LINKS


def test_the_package_is_this_tree_s() -> None:
    assert fdscs.__file__ is not None
    assert Path(fdscs.__file__).parent == ROOT / "src" / "fdscs"


def test_every_folder_with_code_is_a_package() -> None:
    for path in (ROOT / "src" / "fdscs").rglob("*.py"):
        assert (path.parent / "__init__.py").is_file(), path
        name = ".".join(path.parent.relative_to(ROOT / "src").parts)
        assert importlib.util.find_spec(name)
