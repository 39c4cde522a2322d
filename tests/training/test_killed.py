"""A run that is killed with signal 9, in the middle of writing too, ends with the same bytes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import TOML

ROOT = Path(__file__).parents[2]
RECIPE = """
checkpoint_every = 1
validate_every = 4
float_steps = 8
steps = 8
float_rates = [[0, 1e-3], [5, 1e-4]]
order = "shuffled"
population_batches = 2
synthetic_pairs = 5
"""
AVERAGED = 'optimiser = "muon"\naverage = 0.9\n'  # of the float phase of `qat`
RESULTS = {
    "train": ("float.safetensors", "unfolded.safetensors", "summary.json"),
    "qat": ("float.safetensors", "quant.safetensors", "summary.json"),
}


def trained(command: str, folder: Path, seed: int, kills: int, *options: str) -> dict[str, int]:
    """Run a recipe in `folder`, killed `kills` times; returns what happened."""
    config = folder.with_suffix(".toml")
    text = TOML.replace("checkpoint_every = 2\n", "") + RECIPE
    config.write_text(text + (AVERAGED if command == "qat" else ""))
    arguments = [command, "--config", config, "--dataset", "synthetic", *options, "-o", folder]
    if kills:
        arguments.append("--resume")
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.killed", *map(str, (seed, kills, 1.5, *arguments))],
        cwd=ROOT, capture_output=True, text=True, timeout=1500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcome: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    assert outcome["status"] == 0, done.stderr
    return outcome


@pytest.fixture(scope="module", params=RESULTS)
def undisturbed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """A command, and the folder of its run that was left in peace."""
    folder = tmp_path_factory.mktemp("undisturbed") / request.param
    assert trained(request.param, folder, 0, 0)["killed"] == 0
    return request.param, folder


def assert_same(command: str, one: Path, other: Path) -> None:
    for name in RESULTS[command]:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    assert not list(one.glob(".*")), "something half-written was left"


def test_killed_a_few_times(undisturbed: tuple[str, Path], tmp_path: Path) -> None:
    command, folder = undisturbed
    outcome = trained(command, tmp_path / "run", 1, 4, "--workers", "1")
    assert outcome["killed"] >= 3
    assert_same(command, tmp_path / "run", folder)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_killed_many_times(undisturbed: tuple[str, Path], tmp_path: Path, seed: int) -> None:
    command, folder = undisturbed
    outcome = trained(command, tmp_path / "run", seed, 25, "--workers", str(seed % 3))
    assert outcome["killed"] >= 10 and outcome["half_written"] >= 1
    assert_same(command, tmp_path / "run", folder)
