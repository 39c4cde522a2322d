"""Learning from the float network, and sharing batches between processes."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from fdscs.calibration.calibrate import calibrate
from fdscs.model.config import Config, Training
from fdscs.model.network import FloatNetwork
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput
from fdscs.training.data import Sampler, Share
from fdscs.training.engine import engine
from fdscs.training.loss import feature_loss, imitation_loss
from fdscs.training.phase import quantised_phase, train_step
from tests.tiny import TINY

TRAINING = Training(
    crop=(64, 96), batch=2, steps=40, ground_truth=0, imitation=1, features=1, max_scale=1.2,
    learning_rate=4e-3,
)  # fmt: skip
CONFIG = Config(TINY.architecture, replace(TINY.precision, weight_bits=3), TRAINING)
ROOT = Path(__file__).parents[2]


class Untold:
    """A data set whose pairs come without ground truth."""

    name = "untold"

    def __init__(self, pairs: SyntheticPairs) -> None:
        self.pairs = pairs

    def ids(self) -> list[str]:
        return self.pairs.ids()

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> StereoPair:
        pair = self.pairs[index]
        return StereoPair(pair.name, pair.left, pair.right)


def test_imitation_loss_by_hand() -> None:
    half, wanted = torch.tensor([0.5, 3.0, 90.0]), torch.zeros(3)
    expected = ((0.5 * 0.5 * 1.5) + 3 + 20) / 3 + 0.01 * 93.5 / 3
    assert float(imitation_loss(half, wanted)) == pytest.approx(expected)


def test_feature_loss_is_relative_to_the_power_of_each_tensor() -> None:
    small, large = torch.tensor([[0.1, 0.2]]), torch.tensor([[100.0, 200.0]])
    loss = feature_loss([(small * 1.1, small), (large * 1.1, large)])
    assert float(loss) == pytest.approx(0.01, rel=1e-3)


def test_imitation_brings_the_network_closer_without_ground_truth(
    tiny_float: FloatNetwork, pairs: SyntheticPairs
) -> None:
    data = Untold(pairs)
    net, teacher = calibrate(tiny_float, CONFIG, data)
    phase = quantised_phase(net, teacher, CONFIG, engine())
    batch = Sampler(data, TRAINING, 0).batch(0)
    losses = [train_step(phase, batch)[0] for _ in range(60)]
    assert min(losses[-5:]) < 0.9 * losses[0]


def test_ground_truth_alone_needs_ground_truth(pairs: SyntheticPairs) -> None:
    training = replace(TRAINING, imitation=0, features=0, ground_truth=1)
    with pytest.raises(BadInput, match="has no ground truth to train on"):
        Sampler(Untold(pairs), training, 0).batch(0)


def test_processes_share_a_batch(pairs: SyntheticPairs) -> None:
    whole = Sampler(pairs, TRAINING, 0).batch(3).left
    shares = [Sampler(pairs, TRAINING, 0, Share(index, 2)).batch(3).left for index in range(2)]
    assert torch.equal(torch.cat(shares), whole)
    with pytest.raises(BadInput, match="3 processes cannot share evenly"):
        Sampler(pairs, TRAINING, 0, Share(0, 3))


def test_two_processes_have_the_gradients_of_one(tmp_path: Path) -> None:
    for devices in (1, 2):
        subprocess.run(
            [sys.executable, "-m", "tests.training.gradients", str(devices), str(tmp_path)],
            cwd=ROOT, check=True, capture_output=True, timeout=300,
        )  # fmt: skip
    one, two = (np.load(tmp_path / f"{devices}.npz") for devices in (1, 2))
    assert set(one) == set(two) and len(one) > 60
    for name in one:
        assert np.abs(one[name]).max() > 0 or np.abs(two[name]).max() == 0
        scale = np.abs(one[name]).max()
        # Only the order of summation differs, in float32.
        np.testing.assert_allclose(one[name], two[name], rtol=0, atol=2e-5 * scale, err_msg=name)


def test_a_step_stays_on_the_device_of_the_network(
    tiny_float: FloatNetwork, pairs: SyntheticPairs
) -> None:
    """On the device without data: it refuses tensors of another one, as a GPU would."""
    net, teacher = calibrate(tiny_float, CONFIG, pairs)
    phase = quantised_phase(net, teacher, CONFIG, engine())
    batch = Sampler(pairs, TRAINING, 0).batch(0)
    objective = phase.objective.to("meta")
    tensors = (batch.left, batch.right, batch.disparity, batch.valid)
    loss, half = objective(*(each.to("meta") for each in tensors))
    loss.backward()
    assert loss.device.type == half.device.type == "meta"
    assert all(each.grad is not None for each in net.parameters())
