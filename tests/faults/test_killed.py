"""Commands that are killed with signal 9 leave a whole result or none, and can be run again."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fdscs.export.build import CHECKPOINT, Build
from fdscs.model.float_checkpoint import float_tensors, save_float
from fdscs.model.network import FloatNetwork
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from tests.tiny import TINY

ROOT = Path(__file__).parents[2]
SECONDS = {"calibrate": 1.5, "export": 1.5, "vectors": 0.4}


@pytest.fixture(scope="module")
def given(
    tiny_float: FloatNetwork, tiny_build: Build, pairs: SyntheticPairs,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, list[object]]:  # fmt: skip
    """The arguments of each command, without its output."""
    folder = tmp_path_factory.mktemp("given")
    save_float(folder / "float.safetensors", float_tensors(tiny_float), TINY, {})
    for view in ("left", "right"):
        (folder / view).mkdir()
        for pair in pairs:
            picture = np.asarray(getattr(pair, view))
            Image.fromarray(picture).save(folder / view / f"{pair.name}.png")
    left, right = (next(iter(sorted((folder / view).iterdir()))) for view in ("left", "right"))
    return {
        "calibrate": ["--checkpoint", folder / "float.safetensors", "--dataset", "folder",
                      "--root", folder],
        "export": ["--checkpoint", tiny_build.folder / CHECKPOINT, "--size", "64x96"],
        "vectors": [tiny_build.folder, "--left", left, "--right", right, "--crop", "32x48"],
    }  # fmt: skip


def killed(
    command: str, given: dict[str, list[object]], folder: Path, seed: int, trials: int
) -> dict[str, int]:
    """What `trials` killed runs left."""
    output = folder / "out" / ("q.safetensors" if command == "calibrate" else "result")
    arguments = [seed, trials, SECONDS[command], command, command, *given[command], "-o", output]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killed", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=1500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return counts


@pytest.mark.parametrize("command", SECONDS)
def test_a_few(command: str, given: dict[str, list[object]], tmp_path: Path) -> None:
    counts = killed(command, given, tmp_path, 1, 4)
    assert counts["killed"] + counts["ended"] == 4


@pytest.mark.slow
@pytest.mark.parametrize("command", SECONDS)
def test_a_hundred(command: str, given: dict[str, list[object]], tmp_path: Path) -> None:
    counts = killed(command, given, tmp_path, 2, 100)
    assert counts["killed"] >= 40
    print(command, counts)
