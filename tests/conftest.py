"""Fixtures shared by the whole tree."""

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fdscs.export.build import Build, parameter_shapes, read_build, write_build
from fdscs.model.config import Architecture
from fdscs.model.fdscs import build_graph
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.vectors.index import Images
from fdscs.vectors.write import write_vectors
from tests.tiny import TINY

if TYPE_CHECKING:
    from fdscs.model.network import FloatNetwork
    from fdscs.quantization.network import QuantNetwork

ROOT = Path(__file__).resolve().parent.parent
# These run in FINN's own environment: `make test-finn`.
collect_ignore = [] if importlib.util.find_spec("finn") else ["accelerator/finn/compiler"]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real pairs and published weights; where absent, tests of them skip."""
    folder = (ROOT / os.environ.get("FDSCS_SHARED", "../shared")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no real pairs: {folder} does not exist (set FDSCS_SHARED)")
    return folder


@pytest.fixture(scope="session")
def ap_types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ap_int.h and ap_fixed.h as hls4ml brings them, for C++ of exact widths.

    Its hls_stream.h and ap_shift_reg.h stay behind: they are proprietary.
    """
    spec = importlib.util.find_spec("hls4ml")
    if spec is None or spec.origin is None:
        pytest.skip("no ap_int.h: hls4ml is not installed (`make setup` installs it)")
    headers = Path(spec.origin).parent / "templates" / "vivado" / "ap_types"
    left_out = shutil.ignore_patterns("hls_stream.h", "ap_shift_reg.h")
    folder = tmp_path_factory.mktemp("ap_types")
    return Path(shutil.copytree(headers, folder, ignore=left_out, dirs_exist_ok=True))


@pytest.fixture(scope="session")
def pairs() -> SyntheticPairs:
    """Made-up pairs with disparities that the tiny network can see."""
    return SyntheticPairs(4, (64, 96), max_disparity=14, seed=3)


@pytest.fixture(scope="session")
def tiny_float() -> "FloatNetwork":
    """A small float network with random weights and biases."""
    torch = pytest.importorskip("torch", reason="a core installation has no PyTorch")
    from fdscs.model.network import FloatNetwork

    net = FloatNetwork(TINY.architecture)
    generator = torch.Generator().manual_seed(7)
    net.initialise(generator)
    for name in net.convs:
        weight, bias = net.plain(name)
        gain, offset = (100.0, 3.0) if name == "out" else (1.0, 0.3)  # some spread in the output
        noise = torch.randn(bias.shape, generator=generator)
        net.set_plain(name, gain * weight, offset * noise)
    return net.eval()


@pytest.fixture(scope="session")
def tiny_checkpoint(
    tiny_float: "FloatNetwork", pairs: SyntheticPairs, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The tiny network, calibrated."""
    from fdscs.calibration.calibrate import calibrate
    from fdscs.quantization.quant_checkpoint import save_quantised

    path = tmp_path_factory.mktemp("tiny") / "quant.safetensors"
    save_quantised(path, calibrate(tiny_float, TINY, pairs)[0], TINY, {})
    return path


@pytest.fixture
def tiny_net(tiny_checkpoint: Path) -> "QuantNetwork":
    """A fresh copy of the calibrated network."""
    from fdscs.quantization.quant_checkpoint import load_quantised

    return load_quantised(tiny_checkpoint)[0]


@pytest.fixture(scope="session")
def tiny_build(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The calibrated network, exported. Copy the folder before changing anything in it."""
    from fdscs.export.exporter import export_build
    from fdscs.quantization.quant_checkpoint import load_quantised

    folder = tmp_path_factory.mktemp("build")
    net, config, _ = load_quantised(tiny_checkpoint)
    export_build(net, config, tiny_checkpoint, folder, (64, 96))
    return read_build(folder)


@pytest.fixture(scope="session")
def random_images() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """Two random uint8 images of given rows and columns."""

    def make(rows: int, columns: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        left = rng.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
        return left, np.roll(left, -4, axis=1)

    return make


@pytest.fixture(scope="session")
def tiny_vectors(
    tiny_build: Build,
    random_images: Callable[..., tuple[np.ndarray, np.ndarray]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """All golden vectors of the tiny build for two random images of 19x33; not to be changed."""
    folder = tmp_path_factory.mktemp("vectors")
    pair = StereoPair("noise", *random_images(19, 33))
    write_vectors(folder, tiny_build, pair, Images("noise", 19, 33, 0, 0))
    return folder


@pytest.fixture
def write_small_build() -> Callable[[Path], None]:
    """Write params.npz and manifest.json of a small network with random integers."""

    def write(folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        graph = build_graph(Architecture(disparities=4, encoder=(2,), context=(2,), unet=(2, 3)))
        rng = np.random.default_rng(0)
        params = {
            name: rng.integers(0, 8, shape, dtype=np.uint8 if "shift" in name else np.int8)
            for name, shape in parameter_shapes(graph).items()
        }
        write_build(folder, graph, params, {"image_size": [48, 96]})

    return write
