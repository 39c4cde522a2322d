"""Networks as torch modules: the same disparity as everywhere else, and trainable by anyone."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

import fdscs
from fdscs.backends.float_network import FloatBackend
from fdscs.calibration.calibrate import calibrate
from fdscs.export.build import Build as Artefact
from fdscs.library.build import Build
from fdscs.library.networks import StereoNetwork
from fdscs.model.config import Precision
from fdscs.model.float_checkpoint import float_tensors, save_float, save_unfolded
from fdscs.model.graph import Conv2d
from fdscs.model.network import FloatNetwork
from fdscs.quantization.freeze import freeze
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from tests.tiny import TINY

Views = tuple[Tensor, Tensor]


@pytest.fixture(scope="module")
def build(tiny_build: Artefact) -> Build:
    return fdscs.load(tiny_build.folder)


@pytest.fixture(scope="module")
def float_file(tiny_float: FloatNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("float") / "float.safetensors"
    save_float(path, float_tensors(tiny_float), TINY, {})
    return path


@pytest.fixture(scope="module")
def batch(pairs: SyntheticPairs) -> tuple[Tensor, Tensor, Tensor]:
    """Two odd-sized crops: left, right, truth."""
    chosen = [pairs[index] for index in range(2)]
    left, right = (
        torch.from_numpy(np.stack([getattr(p, side)[:63, :95] for p in chosen])).permute(0, 3, 1, 2)
        for side in ("left", "right")
    )
    truth = np.stack([p.disparity[None, :63, :95] for p in chosen if p.disparity is not None])
    return left, right, torch.from_numpy(truth)


def pictures(views: Tensor, index: int) -> np.ndarray:
    return views[index].permute(1, 2, 0).numpy()


def test_the_quantised_network_gives_the_build_s_disparity(
    build: Build, batch: tuple[Tensor, Tensor, Tensor]
) -> None:
    net = build.quant_network()
    assert net.quantised and not net.training
    left, right, _ = batch
    made = net(left, right).detach()
    assert made.shape == (2, 1, 63, 95) and made.dtype == torch.float32
    assert net.half_resolution(left, right).shape == (2, 1, 32, 48)
    for index in range(2):
        expected = build.predict(pictures(left, index), pictures(right, index))
        assert np.array_equal(made[index, 0].numpy(), expected)


def test_the_float_network_gives_the_float_back_end_s(
    float_file: Path, tiny_float: FloatNetwork, batch: tuple[Tensor, Tensor, Tensor]
) -> None:
    net = fdscs.load_network(str(float_file))
    assert not net.quantised and not net.training and net.config == TINY
    left, right, _ = batch
    with torch.no_grad():
        made = net(left, right)
    for index in range(2):
        expected = FloatBackend(tiny_float).disparity_px(
            pictures(left, index), pictures(right, index)
        )
        assert np.allclose(made[index, 0].numpy(), expected, rtol=0, atol=1e-4)


def losses(net: StereoNetwork, batch: tuple[Tensor, Tensor, Tensor], steps: int) -> list[float]:
    """Of a loop as anybody writes it."""
    left, right, truth = batch
    optimiser = torch.optim.Adam(net.train().parameters(), lr=2e-3)
    found = []
    for _ in range(steps):
        loss = torch.nn.functional.smooth_l1_loss(net(left, right), truth)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        found.append(loss.item())
    return found


@pytest.mark.parametrize("kind", ["float", "quantised"])
def test_training_lowers_the_loss(
    kind: str, float_file: Path, tiny_checkpoint: Path, batch: tuple[Tensor, Tensor, Tensor]
) -> None:
    net = fdscs.load_network(float_file if kind == "float" else tiny_checkpoint)
    found = losses(net, batch, 15)
    assert sum(found[-5:]) < 0.8 * sum(found[:5])
    assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())


def test_an_unfolded_checkpoint_keeps_its_batch_norms(
    tmp_path: Path, batch: tuple[Tensor, Tensor, Tensor]
) -> None:
    trained = FloatNetwork(TINY.architecture, train_batch_norm=True)
    trained.initialise(torch.Generator().manual_seed(1))
    save_unfolded(tmp_path / "unfolded.safetensors", trained, TINY, {})
    net = fdscs.load_network(tmp_path / "unfolded.safetensors")
    assert any(isinstance(each, torch.nn.BatchNorm2d) for each in net.modules())
    losses(net, batch, 2)
    net.eval().save(tmp_path / "folded.safetensors")
    folded = fdscs.load_network(tmp_path / "folded.safetensors")
    with torch.no_grad():
        assert float((net(*batch[:2]) - folded(*batch[:2])).abs().max()) < 1e-3


def test_trained_saved_exported_and_predicting(
    tmp_path: Path, tiny_checkpoint: Path, batch: tuple[Tensor, Tensor, Tensor]
) -> None:
    net = fdscs.load_network(tiny_checkpoint)
    losses(net, batch, 3)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    exported = net.export(tmp_path / "build", (63, 95))
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    left, right, _ = batch
    made = net.eval()(left, right).detach()
    views = pictures(left, 0), pictures(right, 0)
    assert np.array_equal(made[0, 0].numpy(), exported.predict(*views))
    assert np.array_equal(exported.predict(*views, "qonnx"), exported.predict(*views))
    net.save(tmp_path / "again.safetensors")
    again = fdscs.load_network(tmp_path / "again.safetensors")
    assert torch.equal(again(left, right), net(left, right))


def test_calibrating_is_the_package_s(
    float_file: Path, tiny_float: FloatNetwork, pairs: SyntheticPairs
) -> None:
    net = fdscs.load_network(float_file)
    # One after the other: with how many threads floats are added decides about their last bit.
    made, expected = net.calibrated(pairs), calibrate(tiny_float, TINY, pairs)[0]
    assert made.quantised and not net.quantised
    frozen, wanted = freeze(made.network), freeze(expected)  # type: ignore[arg-type]
    assert frozen.graph == wanted.graph
    for name, value in wanted.params.items():
        assert np.array_equal(frozen.params[name], value), name


NARROW = Precision(weight_bits=6, accumulator_bits=16)


@pytest.fixture(scope="module")
def narrow(float_file: Path, pairs: SyntheticPairs) -> StereoNetwork:
    return fdscs.load_network(float_file).calibrated(pairs, NARROW)


def test_calibrating_with_other_widths(
    narrow: StereoNetwork, float_file: Path, pairs: SyntheticPairs
) -> None:
    assert narrow.config == replace(TINY, precision=NARROW)
    assert {conv.weight_bits for conv in narrow.network.graph.of_type(Conv2d)} == {6}
    with pytest.raises(fdscs.BadInput, match=r"^precision: the configuration gives bits for u4_9,"):
        fdscs.load_network(float_file).calibrated(pairs, Precision(weights={"u4_9": 4}))


def test_what_a_kind_of_network_cannot(
    float_file: Path, tiny_checkpoint: Path, pairs: SyntheticPairs, tmp_path: Path
) -> None:
    with pytest.raises(fdscs.BadInput, match="a float network has no integers"):
        fdscs.load_network(float_file).export(tmp_path / "build")
    assert not (tmp_path / "build").exists()
    with pytest.raises(fdscs.BadInput, match="is quantised already; calibrate the float one"):
        fdscs.load_network(tiny_checkpoint).calibrated(pairs)


def test_no_checkpoint(build: Build, tmp_path: Path) -> None:
    with pytest.raises(fdscs.BadInput, match=r"is a build; use .*quant_network\(\)"):
        fdscs.load_network(build.folder)
    with pytest.raises(fdscs.BadInput, match="no such checkpoint file"):
        fdscs.load_network(tmp_path)


GOOD = torch.zeros(2, 3, 24, 40, dtype=torch.uint8)
WANTED = "expected a torch.Tensor, uint8 of shape (N, 3, height, width)"
REFUSED = {
    "an array": (GOOD.numpy(), f"left is numpy.ndarray; {WANTED}."),
    "a picture": (
        np.zeros((24, 40, 3), np.uint8),
        f"left is numpy.ndarray; {WANTED}: give torch.from_numpy(left).permute(2, 0, 1)[None].",
    ),
    "one": (GOOD[0], f"left is uint8 of shape (3, 24, 40); {WANTED}: give left[None]."),
    "channels last": (
        GOOD.permute(0, 2, 3, 1),
        f"left is uint8 of shape (2, 24, 40, 3); {WANTED}; this one has its channels last: give "
        "left.permute(0, 3, 1, 2).",
    ),
    "gray": (GOOD[:, :1], f"left is uint8 of shape (2, 1, 24, 40); {WANTED}."),
    "floats to 1": (
        GOOD / 255 + 1,
        f"left is float32 of shape (2, 3, 24, 40) with values from 1 to 1; {WANTED} with values "
        "from 0 to 255: give (255 * left).round().byte().",
    ),
    "floats to 255": (
        GOOD + 255.0,
        f"left is float32 of shape (2, 3, 24, 40) with values from 255 to 255; {WANTED} with "
        "values from 0 to 255: give left.round().byte().",
    ),
    "beyond": (
        GOOD - 1.0,
        f"left is float32 of shape (2, 3, 24, 40) with values from -1 to -1; {WANTED} with values "
        "from 0 to 255: scale it.",
    ),
    "empty": (GOOD[:0], f"left is uint8 of shape (0, 3, 24, 40), which is empty; {WANTED}."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_batch_is_refused_in_a_sentence(build: Build, case: str) -> None:
    given, sentence = REFUSED[case]
    net = build.quant_network()
    with pytest.raises(fdscs.BadInput) as error:
        net(given, GOOD)
    assert str(error.value) == sentence
    with pytest.raises(fdscs.BadInput) as error:
        net(GOOD, given)
    assert str(error.value) == sentence.replace("left", "right")


def test_sizes_of_batches(build: Build) -> None:
    net = build.quant_network()
    with pytest.raises(fdscs.BadInput, match=r"left has the shape \(2, 3, 24, 40\) but right \(1,"):
        net(GOOD, GOOD[:1])
    with pytest.raises(fdscs.BadInput, match="the images are 14 pixels wide"):
        net(GOOD[..., :14], GOOD[..., :14])


def test_accumulators_are_limited_where_the_configuration_says_so(
    narrow: StereoNetwork, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    free = fdscs.load_network(tiny_checkpoint)
    for net in (free, limited := deepcopy(narrow)):
        with torch.no_grad():
            for conv in net.network.convs.values():
                conv.weight.mul_(8)
    before = {name: value.clone() for name, value in free.state_dict().items()}
    free.limit_accumulators()
    assert all(torch.equal(value, before[name]) for name, value in free.state_dict().items())
    with pytest.raises(fdscs.BadInput, match="the configuration allows 16"):
        limited.export(tmp_path / "build", (64, 96))
    limited.limit_accumulators()
    made = limited.export(tmp_path / "build", (64, 96))
    assert max(layer["acc_bits"] for layer in made.manifest["layers"]) == 16
