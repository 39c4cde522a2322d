"""The float network against the published graph, on real pairs."""

from pathlib import Path

import numpy as np
import pytest
import torch

from fdscs.backends.float_network import FloatBackend
from fdscs.model.config import LITE, PAPER
from fdscs.model.fdscs import COST_MEAN, COST_SCALE
from fdscs.model.float_checkpoint import float_network
from fdscs.model.front_end import float_front_end
from fdscs.model.network import BatchNormConv2d, FloatNetwork
from fdscs.model.official import import_official
from fdscs.quantization.datapath import images_to_tensor
from fdscs.stereo_datasets.catalogue import open_dataset, select


@pytest.fixture(scope="module")
def official(shared: Path) -> FloatNetwork:
    tensors = import_official(shared / "weights" / "fdscs_official_bn600k.npz")
    return float_network(tensors, PAPER)


@pytest.fixture(scope="module")
def stages(shared: Path) -> dict[str, np.ndarray]:
    with np.load(shared / "weights" / "expected" / "crop_000004_stages.npz") as file:
        return dict(file)


def test_costs_of_an_odd_crop(stages: dict[str, np.ndarray]) -> None:
    views = (images_to_tensor(stages[name]) for name in ("left", "right"))
    cost, rgb = float_front_end(*views, 128)
    found = cost[0].numpy().reshape(128, 3, *cost.shape[2:])
    for k, name in enumerate(("cost_hamming", "cost_u", "cost_v")):
        real = found[:, k] / COST_SCALE[k] + COST_MEAN[k]
        assert np.abs(real - stages[name]).max() < 3e-4  # u and v are stored as float16
    assert np.abs((rgb[0].numpy() + 1) / 2 - stages["avg_left"]).max() < 1e-6


def test_every_stage_of_an_odd_crop(official: FloatNetwork, stages: dict[str, np.ndarray]) -> None:
    views = (images_to_tensor(stages[name]) for name in ("left", "right"))
    with torch.no_grad():
        values = official.run(*float_front_end(*views, 128))
    for name in ("enc0", "enc3", "cenc", "cenc2", "u2_5", "u2_1", "u1u3_2", "u1u5_2", "u4_5"):
        scale = np.abs(stages[name]).max()
        assert np.abs(values[f"{name}_relu"][0].numpy() - stages[name]).max() < 1e-5 * scale, name
    assert np.abs(values["out"][0].numpy() - stages["out"]).max() < 0.004


@pytest.mark.parametrize("name", ["000004", "000014"])
def test_disparity_of_whole_pairs(official: FloatNetwork, shared: Path, name: str) -> None:
    pair = select(open_dataset("kitti2015", shared / "data" / "kitti2015"), [name], None)[0]
    with np.load(shared / "weights" / "expected" / f"kitti2015_{name}.npz") as file:
        expected = file["disparity"]
    error = np.abs(FloatBackend(official).disparity_px(pair.left, pair.right) - expected)
    assert error.max() <= 0.01 and error.mean() <= 1e-4


def test_folding_batch_norms_keeps_the_function() -> None:
    net = FloatNetwork(LITE.architecture, train_batch_norm=True)
    net.initialise(torch.Generator().manual_seed(0))
    cost, rgb = torch.randn(2, 144, 32, 48), torch.rand(2, 3, 32, 48) * 2 - 1
    with torch.no_grad():
        net.train()(cost, rgb)  # moves the running statistics
        before, after = net.eval()(cost, rgb), net.folded()(cost, rgb)
    assert float((before - after).abs().max()) < 1e-3
    normalised = [name for name, layer in net.convs.items() if isinstance(layer, BatchNormConv2d)]
    assert set(net.convs) - set(normalised) == {"out"}


def test_paper_normalises_the_encoder_only() -> None:
    net = FloatNetwork(PAPER.architecture, train_batch_norm=True)
    normalised = {n for n, layer in net.convs.items() if isinstance(layer, BatchNormConv2d)}
    assert normalised == {"enc0", "enc1", "enc2", "enc3", "cenc", "cenc1", "cenc2"}


def test_parameters_are_as_many_as_published(official: FloatNetwork) -> None:
    assert sum(parameter.numel() for parameter in official.parameters()) == 946_289
