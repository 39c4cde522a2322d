"""Disks that are full or read-only: one sentence, no half-written file under a final name."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from fdscs.export.build import CHECKPOINT, MANIFEST, Build
from fdscs.model.float_checkpoint import float_tensors, save_float
from fdscs.model.network import FloatNetwork
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.training.qat import QUANT_FILE
from fdscs.vectors.index import INDEX
from tests.tiny import TINY

ROOT = Path(__file__).parents[2]
RECIPE = """
[architecture]
disparities = 8
encoder = [8, 6]
context = [6, 4]
unet = [4, 6, 8]
output_offset = 8.0

[precision]
weights = {}
activations = {}

[training]
crop = [64, 64]
batch = 2
steps = 6
checkpoint_every = 2
validate_every = 2
synthetic_pairs = 4
"""


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
    done = subprocess.run([sys.executable, "-m", "fdscs.commands.main", *args], cwd=ROOT,
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


@pytest.fixture(scope="module")
def training(
    tiny_float: FloatNetwork, pairs: SyntheticPairs, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """The arguments of `calibrate` and `qat`, without their output."""
    folder = tmp_path_factory.mktemp("training")
    save_float(folder / "float.safetensors", float_tensors(tiny_float), TINY, {})
    for view in ("left", "right"):
        (folder / view).mkdir()
        Image.fromarray(getattr(pairs[0], view)).save(folder / view / "0.png")
    (folder / "recipe.toml").write_text(RECIPE)
    checkpoint = ["--checkpoint", str(folder / "float.safetensors")]
    config = ["--config", str(folder / "recipe.toml")]
    return {
        "calibrate": [*checkpoint, "--dataset", "folder", "--root", str(folder)],
        "qat": [*checkpoint, *config, "--dataset", "synthetic"],
    }


@pytest.mark.parametrize("small_disk", ["4k"], indirect=True)
def test_a_disk_that_fills_in_calibration(small_disk: Path, training: dict[str, list[str]]) -> None:
    output = small_disk / "q.safetensors"
    said = refused("calibrate", *training["calibrate"], "-o", str(output))
    assert f"{output}: cannot be written (No space left on device)" in said
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize(
    "small_disk",
    ["28k", "160k",
     *(pytest.param(each, marks=pytest.mark.slow) for each in ("4k", "32k", "36k", "48k"))],
    indirect=True,
)  # fmt: skip
def test_a_disk_that_fills_in_training(small_disk: Path, training: dict[str, list[str]]) -> None:
    """Before the first step, in the record of steps, in a checkpoint: what is there is whole."""
    output = small_disk / "run"
    said = refused("qat", *training["qat"], "-o", str(output))
    assert str(output) in said and "No space left on device" in said
    assert list(output.glob(".*")) == [] and not (output / QUANT_FILE).exists()
    for checkpoint in output.glob("*.safetensors"):
        load_checkpoint(checkpoint, "quantised", "float", "training")


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


@pytest.mark.parametrize("small_disk", ["1m"], indirect=True)
@pytest.mark.parametrize("command", ["calibrate", "qat"])
def test_training_onto_a_disk_that_is_read_only(
    command: str, small_disk: Path, training: dict[str, list[str]]
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    said = refused(command, *training[command], "-o", str(small_disk / "out"))
    assert str(small_disk) in said and "Read-only file system" in said
    assert list(small_disk.iterdir()) == []
