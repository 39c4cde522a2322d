"""Accumulators that keep within a chosen width."""

from dataclasses import replace

import pytest
import torch

from fdscs.calibration.calibrate import calibrate
from fdscs.model.config import Config, Training
from fdscs.model.graph import Conv2d
from fdscs.model.network import FloatNetwork
from fdscs.quantization.accumulators import limit_accumulator, limit_accumulators
from fdscs.quantization.freeze import freeze
from fdscs.quantization.network import QuantNetwork
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput
from fdscs.training.data import Sampler
from fdscs.training.engine import engine
from fdscs.training.loop import train_step
from fdscs.training.phase import quantised_phase
from tests.tiny import TINY

BITS = 13  # the tiny network's accumulators have up to 20
TRAINING = Training(crop=(64, 96), batch=2, steps=60, learning_rate=2e-2, max_scale=1.2)
CONFIG = Config(TINY.architecture, replace(TINY.precision, accumulator_bits=BITS), TRAINING)


@pytest.fixture
def narrow(tiny_float: FloatNetwork, pairs: SyntheticPairs) -> QuantNetwork:
    return calibrate(tiny_float, CONFIG, pairs)[0]


def test_without_a_limit_accumulators_are_wider(
    tiny_float: FloatNetwork, pairs: SyntheticPairs
) -> None:
    bounds = freeze(calibrate(tiny_float, TINY, pairs)[0]).bounds
    assert max(bound.bits for bound in bounds.values()) > BITS


def test_calibration_keeps_the_limit(narrow: QuantNetwork) -> None:
    assert all(bound.bits <= BITS for bound in freeze(narrow).bounds.values())


def test_training_keeps_the_limit(narrow: QuantNetwork, pairs: SyntheticPairs) -> None:
    phase = quantised_phase(narrow, None, CONFIG, engine())
    batch = Sampler(pairs, TRAINING, 0).batch(0)
    before = narrow.get_parameters()
    for _ in range(20):
        train_step(phase, batch)
    assert any((narrow.get_parameters()[name] != each).any() for name, each in before.items())
    assert all(bound.bits <= BITS for bound in freeze(narrow).bounds.values())


def test_large_weights_shrink_and_fitting_ones_stay(narrow: QuantNetwork) -> None:
    narrow.snap()
    limit_accumulators(narrow)
    before = narrow.get_parameters()
    conv = narrow.graph["enc0"]
    assert isinstance(conv, Conv2d)
    with torch.no_grad():
        narrow.convs["enc0"].weight[0] *= 40
        narrow.convs["enc0"].weight[1] *= -40
    limit_accumulator(narrow, conv)
    after = narrow.get_parameters()
    assert (after["enc0.weight"][2:] == before["enc0.weight"][2:]).all()
    assert (after["enc0.weight"][:2] != before["enc0.weight"][:2]).any()
    assert freeze(narrow).bounds["enc0"].bits <= BITS


def test_freezing_refuses_what_does_not_fit(narrow: QuantNetwork) -> None:
    with torch.no_grad():
        narrow.convs["enc1"].weight *= 100
    with pytest.raises(BadInput, match=r"enc1: its accumulator needs \d+ bits, .* allows 13"):
        freeze(narrow)
