"""A tiny network through every command; later stages are made by the commands themselves."""

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from fdscs.commands.main import main
from fdscs.model.config import PAPER, Architecture, Config
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d
from fdscs.stereo_datasets.images import write_pfm
from fdscs.stereo_datasets.synthetic import SyntheticPairs

CONFIG = Config(
    architecture=Architecture(
        disparities=8,
        encoder=(6, 4),
        context=(4,),
        unet=(4, 6),
        batch_norm="all",
        output_scale=1.0,
        output_offset=8.0,
    )
)
TOML = """
[architecture]
disparities = 8
encoder = [6, 4]
context = [4]
unet = [4, 6]
batch_norm = "all"
output_scale = 1.0
output_offset = 8.0

[precision]
weights = {}
activations = {}

[training]
crop = [64, 64]
batch = 2
checkpoint_every = 2
"""
SIZE = (80, 160)


class Outcome(NamedTuple):
    """What a run of the program left on its three outputs."""

    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """The network is too small to share out; more threads wait for each other on a busy machine."""
    if find_spec("torch") is None:  # a core installation
        yield
        return
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def fdscs() -> Run:
    """Run a command in this process."""

    def run(*args: object) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        status: object = 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["fdscs", *map(str, args)])
            try:
                main()
            except SystemExit as stop:
                status = stop.code or 0
        assert isinstance(status, int)
        return Outcome(status, out.getvalue(), err.getvalue())

    return run


@pytest.fixture(scope="session")
def refused(fdscs: Run) -> Callable[..., str]:
    """Run a command that must refuse its input; returns the one sentence it says."""

    def run(*args: object, output: Path | None = None) -> str:
        outcome = fdscs(*args)
        assert outcome.status == 1, outcome
        said = (line for line in outcome.err.splitlines() if line.strip())
        lines = list(said)
        assert len(lines) == 1 and lines[0].startswith("fdscs: "), outcome.err
        if output is not None:
            assert not output.exists()
            assert list(output.parent.glob(".*")) == []
        return lines[0].removeprefix("fdscs: ")

    return run


@pytest.fixture(scope="session")
def made(fdscs: Run) -> Callable[..., str]:
    """Run a command that must succeed; returns what it prints."""

    def run(*args: object) -> str:
        outcome = fdscs(*args)
        assert outcome.status == 0, outcome
        return outcome.out

    return run


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what all tests share; nothing in it may be changed."""
    return tmp_path_factory.mktemp("stage")


@pytest.fixture(scope="session")
def float_file(stage: Path) -> Path:
    """An untrained float network."""
    torch = pytest.importorskip("torch", reason="a core installation has no PyTorch")
    from fdscs.model.float_checkpoint import float_tensors, save_float
    from fdscs.model.network import FloatNetwork

    net = FloatNetwork(CONFIG.architecture)
    net.initialise(torch.Generator().manual_seed(0))
    weight, bias = net.plain("out")
    net.set_plain("out", 40 * weight, bias)  # disparities that vary
    save_float(stage / "float.safetensors", float_tensors(net), CONFIG, {})
    return stage / "float.safetensors"


@pytest.fixture(scope="session")
def dataset(stage: Path) -> Path:
    """Three made-up pairs in the `folder` layout, with disparity."""
    root = stage / "pairs"
    for part in ("left", "right", "disparity"):
        (root / part).mkdir(parents=True)
    for pair in SyntheticPairs(3, SIZE, max_disparity=14):
        Image.fromarray(pair.left).save(root / "left" / f"{pair.name}.png")
        Image.fromarray(pair.right).save(root / "right" / f"{pair.name}.png")
        assert pair.disparity is not None
        write_pfm(root / "disparity" / f"{pair.name}.pfm", pair.disparity)
    return root


@pytest.fixture(scope="session")
def config_file(stage: Path) -> Path:
    """The tiny network's configuration with a crop that the pairs can fill."""
    (stage / "tiny.toml").write_text(TOML)
    return stage / "tiny.toml"


@pytest.fixture(scope="session")
def quantised_file(stage: Path, float_file: Path, dataset: Path, made: Callable[..., str]) -> Path:
    """The network as `fdscs calibrate` quantises it."""
    path = stage / "quant.safetensors"
    made("calibrate", "--checkpoint", float_file, "--dataset", "folder", "--root", dataset,
         "-o", path)  # fmt: skip
    return path


@pytest.fixture(scope="session")
def build(stage: Path, quantised_file: Path, made: Callable[..., str]) -> Path:
    """The build that `fdscs export` makes."""
    folder = stage / "build"
    made("export", "--checkpoint", quantised_file, "-o", folder, "--size", "x".join(map(str, SIZE)))
    return folder


@pytest.fixture(scope="session")
def left(dataset: Path) -> Path:
    return dataset / "left" / "000000.png"


@pytest.fixture(scope="session")
def right(dataset: Path) -> Path:
    return dataset / "right" / "000000.png"


@pytest.fixture(scope="session")
def views(left: Path, right: Path, dataset: Path) -> tuple[object, ...]:
    truth = dataset / "disparity" / "000000.pfm"
    return ("--left", left, "--right", right, "--gt", truth)


@pytest.fixture(scope="session")
def page_file(
    made: Callable[..., str], build: Path, float_file: Path, views: tuple[object, ...], stage: Path
) -> Path:
    """The page of the tiny build, with the float network that it came from."""
    made("report", build, *views, "--checkpoint", float_file, "--backend", "brevitas,qonnx",
         "-o", stage / "report.html")  # fmt: skip
    return stage / "report.html"


@pytest.fixture(scope="session")
def official() -> dict[str, np.ndarray]:
    """Random arrays named and shaped as the authors' weights, batch norms folded."""
    torch = pytest.importorskip("torch", reason="a core installation has no PyTorch")
    from fdscs.calibration.batch_norms import folded
    from fdscs.model.float_checkpoint import float_tensors
    from fdscs.model.network import FloatNetwork

    net = FloatNetwork(PAPER.architecture)
    net.initialise(torch.Generator().manual_seed(0))
    made = folded(float_tensors(net), SyntheticPairs(2, (64, 272), max_disparity=100))
    arrays: dict[str, np.ndarray] = {}
    for conv in build_graph(PAPER.architecture).of_type(Conv2d):
        arrays[f"{conv.name}_w"] = made[conv.weight].transpose(2, 3, 1, 0)
        arrays[f"{conv.name}_b"] = made[conv.bias] / 2
    return arrays


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be flushed to the disk any more."""

    def fail(_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
