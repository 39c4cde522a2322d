"""A job for FINN, run in FINN's own environment, and the folder that comes of it."""

import json
import os
import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from fdscs.accelerator.finn.target import Target
from fdscs.export.build import Build
from fdscs.export.qonnx import emit_qonnx
from fdscs.hls_reference.run import run, run_front_end
from fdscs.model.graph import Conv2d
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput

ENVIRONMENT = Path(".venv-finn")  # of the folder that the command is called in
REPORT = "report.json"  # written last: a folder without it is no result
KEPT = ("network.qonnx.onnx", "network.finn.onnx", "folding.json", REPORT, "job.json", "synthesis")


def run_finn(
    build: Build,
    target: Target,
    size: tuple[int, int],
    pair: StereoPair,
    output: Path,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Build `build`'s network for images of `size` (rows, columns); returns the report.

    Every stage is compared on `pair`, a small one. `options`: thresholds_up_to, rates, synthesise.
    Raises BadInput where FINN is missing, refuses, or differs from the reference.
    """
    python = ENVIRONMENT / "bin" / "python"
    if not python.is_file():
        raise BadInput("FINN is not installed: run `make finn-setup`.")
    _prepare(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}-") as name:
        work = Path(name)
        write_job(work, build, target, size, pair, options)
        command = [str(python), "-m", f"{__package__}.compiler.run_job", str(work / "job.json")]
        done = subprocess.run(command, env=_environment(work), stderr=subprocess.PIPE, text=True)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["it ended without a word"]
            raise BadInput(f"FINN, run by {command[2]}, says: {lines[-1]}")
        _move(work, output)
    return dict(json.loads((output / REPORT).read_text()))


def _environment(work: Path) -> dict[str, str]:
    """Variables with which FINN's Python finds this package, and nothing else of its folder."""
    path = work / "path"
    path.mkdir()
    (path / "fdscs").symlink_to(Path(str(files("fdscs"))))
    threads = os.environ.get("OMP_NUM_THREADS", "1")
    return {**os.environ, "OMP_NUM_THREADS": threads, "PYTHONPATH": str(path)}


def reference_tensors(build: Build, pair: StereoPair) -> dict[str, np.ndarray[Any, Any]]:
    """Every tensor of the network for `pair`, (channels, rows, columns); accumulators without bias.

    FINN's layers add the bias where they requantise.
    """
    front = run_front_end(build.graph, pair.left, pair.right)
    given = {name: front[name] for name in ("cost", "rgb")}
    values = dict(run(build.graph, build.params, given))
    for conv in build.graph.of_type(Conv2d):
        values[conv.name] = values[conv.name] - build.params[conv.bias][:, None, None]
    assert build.graph.output in values
    return values


def write_job(
    work: Path,
    build: Build,
    target: Target,
    size: tuple[int, int],
    pair: StereoPair,
    options: dict[str, Any],
) -> None:
    """The network at both sizes, the reference's tensors at the small one, and what is wanted."""
    small = pair.left.shape[:2]
    for name, (rows, columns) in (("network.qonnx.onnx", size), ("small.onnx", small)):
        model = emit_qonnx(build.graph, build.params, rows, columns, {})
        (work / name).write_bytes(model.SerializeToString(deterministic=True))
    np.savez(work / "tensors.npz", **reference_tensors(build, pair))
    job = {
        "target": target.to_json(),
        "size": list(size),
        "graph_sha256": build.graph.digest(),
        "checked_on": pair.title,
        **options,
    }
    (work / "job.json").write_text(json.dumps(job, indent=1) + "\n")


def _prepare(output: Path) -> None:
    """Refuse a folder that holds anything but such a result."""
    if output.exists() and not output.is_dir():
        raise BadInput(f"{output}: is not a folder; choose another.")
    if output.is_dir() and any(output.iterdir()) and not (output / REPORT).is_file():
        raise BadInput(f"{output}: holds something else; choose an empty folder.")


def _move(work: Path, output: Path) -> None:
    """What is kept of `work` becomes `output`."""
    for entry in list(work.iterdir()):
        if entry.name not in KEPT:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    fresh = work / "result"
    fresh.mkdir()
    for entry in [entry for entry in work.iterdir() if entry != fresh]:
        entry.rename(fresh / entry.name)
    if output.exists():
        output.rename(work / "before")
    fresh.rename(output)
