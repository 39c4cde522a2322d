"""Disks that are full or read-only: one sentence, no half-written file under a final name."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from export.build import CHECKPOINT, MANIFEST, Build
from export.vector_index import INDEX
from stereo_datasets.synthetic import SyntheticPairs

ROOT = Path(__file__).parents[2]


@pytest.fixture
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A disk of the size that the test names."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={request.param}"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here (it takes root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def arguments(command: str, build: Build, pairs: SyntheticPairs, folder: Path) -> list[str]:
    if command == "export":
        return ["export", "--checkpoint", str(build.folder / CHECKPOINT), "--size", "64x96"]
    for view in ("left", "right"):
        Image.fromarray(getattr(pairs[0], view)).save(folder / f"{view}.png")
    views = ["--left", str(folder / "left.png"), "--right", str(folder / "right.png")]
    return ["vectors", str(build.folder), *views]


def refused(*args: str) -> str:
    done = subprocess.run([sys.executable, "-m", "commands.main", *args], cwd=ROOT,
                          capture_output=True, text=True)  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if line.startswith("fdscs: ")]
    assert done.returncode == 1 and len(lines) == 1 and "Traceback" not in done.stderr, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("command", "small_disk"), [("export", "96k"), ("vectors", "64k")], indirect=["small_disk"]
)
def test_a_disk_that_fills(
    command: str, small_disk: Path, tiny_build: Build, pairs: SyntheticPairs, tmp_path: Path
) -> None:
    output = small_disk / "out"
    said = refused(*arguments(command, tiny_build, pairs, tmp_path), "-o", str(output))
    assert str(output) in said and "cannot be written (No space left on device)" in said
    assert not (output / MANIFEST).exists() and not (output / INDEX).exists()
    assert list(output.glob(".*")) == []


@pytest.mark.parametrize("small_disk", ["1m"], indirect=True)
@pytest.mark.parametrize("command", ["export", "vectors"])
def test_a_disk_that_is_read_only(
    command: str, small_disk: Path, tiny_build: Build, pairs: SyntheticPairs, tmp_path: Path
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    output = small_disk / "out"
    said = refused(*arguments(command, tiny_build, pairs, tmp_path), "-o", str(output))
    assert str(small_disk) in said and "Read-only file system" in said
    assert list(small_disk.iterdir()) == []
