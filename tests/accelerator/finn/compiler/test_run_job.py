"""A job from its file to its report."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "fdscs.accelerator.finn.compiler.run_job",
        str(folder / "job.json"),
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="session")
def twice(job: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folders = []
    for place in range(2):
        folder = tmp_path_factory.mktemp(f"run{place}")
        shutil.copytree(job, folder, dirs_exist_ok=True)
        done = run(folder)
        assert done.returncode == 0, done.stderr
        folders.append(folder)
    return folders


def test_every_stage_is_exact(twice: list[Path]) -> None:
    report = json.loads((twice[0] / "report.json").read_text())
    stages = [check["stage"] for check in report["checks"]]
    assert stages[0] == "codes" and stages[-1] == "folded" and len(stages) == 8
    assert all(check["fault"] is None for check in report["checks"])
    ports = {port["port"]: port["format"] for port in report["boundary"]}
    assert ports == {"cost": "UINT6", "rgb": "INT8", "out_relu": "UINT14"}
    assert report["interval"] <= 100_000


def test_two_runs_give_the_same_bytes(twice: list[Path]) -> None:
    for name in ("report.json", "folding.json", "network.finn.onnx"):
        assert (twice[0] / name).read_bytes() == (twice[1] / name).read_bytes(), name


def test_synthesis_without_vivado_is_refused(job: Path, tmp_path: Path) -> None:
    shutil.copytree(job, tmp_path, dirs_exist_ok=True)
    settings = json.loads((job / "job.json").read_text())
    (tmp_path / "job.json").write_text(json.dumps({**settings, "synthesise": True}))
    done = run(tmp_path)
    assert done.returncode == 1
    assert "--synthesise needs Vivado" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "report.json").exists()
