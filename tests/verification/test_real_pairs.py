"""The published network, calibrated on real pairs: bit-exact, and as good as float."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from fdscs.backends.float_network import FloatBackend
from fdscs.backends.reference import ReferenceBackend
from fdscs.calibration.calibrate import calibrate
from fdscs.evaluation.evaluate import evaluate
from fdscs.export.build import CHECKPOINT, Build, read_build
from fdscs.export.exporter import export_build
from fdscs.export.qonnx import TABLE as NETWORK
from fdscs.model.config import LITE, PAPER, Config
from fdscs.model.config_file import read_config
from fdscs.model.float_checkpoint import float_network, load_float
from fdscs.model.network import FloatNetwork
from fdscs.model.official import import_official
from fdscs.model.shipped import LITE_FLOAT
from fdscs.quantization.quant_checkpoint import load_quantised, save_quantised
from fdscs.stereo_datasets.catalogue import open_dataset, select
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.verification.check import Report, check

BACKENDS = ("brevitas", "qonnx", "onnxruntime")
UNSEEN = ("000004", "000014", "000015", "000016")  # pairs that the weights were not trained on


@pytest.fixture(scope="module")
def official(shared: Path) -> FloatNetwork:
    return float_network(import_official(shared / "weights/fdscs_official_bn600k.npz"), PAPER)


@pytest.fixture(scope="module")
def paper(official: FloatNetwork, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    pairs = open_dataset("kitti2012", shared / "data/kitti2012")
    return build_of(official, PAPER, pairs, tmp_path_factory.mktemp("paper"))


@pytest.fixture(scope="module")
def kitti(shared: Path) -> StereoDataset:
    return open_dataset("kitti2015", shared / "data/kitti2015")


def build_of(net: FloatNetwork, config: Config, pairs: StereoDataset, folder: Path) -> Build:
    checkpoint = folder / "quant.safetensors"
    save_quantised(checkpoint, calibrate(net, config, pairs)[0], config, {})
    export_build(load_quantised(checkpoint)[0], config, checkpoint, folder / "build")
    return read_build(folder / "build")


def assert_equal_everywhere(
    build: Build, left: np.ndarray, right: np.ndarray, corners: bool, backends: tuple[str, ...]
) -> None:
    net = load_quantised(build.folder / CHECKPOINT)[0]
    case = StereoPair("pair", left, right)
    report: Report = check(build, net, [case], backends, corners, progress=False)
    assert report.mismatches == 0 and report.passed
    complete = {"reference", *backends} - {"qonnx", "onnxruntime"}  # these two have no front end
    for layer in report.layers.values():
        assert complete <= set(layer.backends) and layer.elements > 0
    network = [each for each in report.layers.values() if len(each.backends) == 1 + len(backends)]
    assert len(network) == len(build.graph.of_type(*NETWORK))


def test_paper_on_an_odd_crop(paper: Build, kitti: StereoDataset) -> None:
    pair = select(kitti, ["000004"], None)[0]
    window = np.s_[151:246, 400:801]  # 95 × 401
    assert_equal_everywhere(paper, pair.left[window], pair.right[window], False, BACKENDS)


def test_reference_is_as_good_as_float(
    paper: Build, official: FloatNetwork, kitti: StereoDataset
) -> None:
    pairs = select(kitti, UNSEEN[:2], None)
    quantised = evaluate(ReferenceBackend(paper.graph, paper.params), pairs, progress=False)
    real = evaluate(FloatBackend(official), pairs, progress=False)
    assert quantised["d1"] < real["d1"] + 0.3 and quantised["epe"] < 1.1 * real["epe"]


@pytest.mark.slow
def test_paper_on_a_full_pair_and_all_corner_cases(paper: Build, kitti: StereoDataset) -> None:
    pair = select(kitti, ["000004"], None)[0]
    assert_equal_everywhere(paper, pair.left, pair.right, True, (*BACKENDS, "hls"))


@pytest.mark.slow
def test_lite_on_a_full_pair(kitti: StereoDataset, tmp_path: Path) -> None:
    net = FloatNetwork(LITE.architecture)
    net.initialise(torch.Generator().manual_seed(1))
    build = build_of(net, LITE, SyntheticPairs(4, (128, 320), 80.0, seed=1), tmp_path)
    pair = select(kitti, ["000004"], None)[0]
    assert_equal_everywhere(build, pair.left, pair.right, True, (*BACKENDS, "hls"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["w8", "w4s"])
def test_paper_in_systemverilog_on_a_full_pair(
    official: FloatNetwork, shared: Path, kitti: StereoDataset, tmp_path: Path, name: str
) -> None:
    pairs = open_dataset("kitti2012", shared / "data/kitti2012")
    build = build_of(official, read_config(name), pairs, tmp_path)
    pair = select(kitti, ["000004"], None)[0]
    assert_equal_everywhere(build, pair.left, pair.right, False, ("rtl",))


@pytest.mark.slow
def test_lite_in_systemverilog_on_a_full_pair(kitti: StereoDataset, tmp_path: Path) -> None:
    net, config = load_float(LITE_FLOAT)
    build = build_of(net, config, SyntheticPairs(4, (128, 320), 80.0, seed=1), tmp_path)
    pair = select(kitti, ["000004"], None)[0]
    assert_equal_everywhere(build, pair.left, pair.right, False, ("rtl",))


@pytest.mark.slow
def test_float_table(official: FloatNetwork, kitti: StereoDataset) -> None:
    """What was measured of the published graph: EPE px, bad-1 %, D1 %."""
    moto = evaluate(FloatBackend(official), open_dataset("motorcycle"), progress=False)
    assert rounded(moto, ("epe", "bad1", "d1"), (2, 1, 1)) == [1.87, 30.7, 8.8]
    unseen = evaluate(FloatBackend(official), select(kitti, UNSEEN, None), progress=False)
    assert rounded(unseen, ("epe", "bad1", "d1"), (3, 1, 2)) == [0.564, 11.3, 1.42]


def rounded(result: dict, keys: Sequence[str], digits: Sequence[int]) -> list[float]:
    return [round(result[key], digit) for key, digit in zip(keys, digits, strict=True)]
