"""Loss, batches and steps."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from fdscs.model.config import Config, Training
from fdscs.model.network import BATCH_NORM_MOMENTUM, BatchNormConv2d, FloatNetwork
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.training.data import Sampler, collate, near_jumps
from fdscs.training.engine import engine
from fdscs.training.loss import disparity_loss, end_point_error
from fdscs.training.phase import float_phase, train_step
from fdscs.training.population import measure_population
from tests.tiny import TINY

TRAINING = Training(crop=(64, 96), batch=2, float_steps=40, float_loss="smooth_l1", max_scale=1.2)
CONFIG = Config(TINY.architecture, TINY.precision, TRAINING)
MASK = torch.ones(1, 1, 2, 2, dtype=torch.bool)


def test_published_loss_by_hand() -> None:
    half = torch.tensor([[[[10.0]]]])
    truth = torch.tensor([[[[10.5, 9.0], [266.0, 10.0]]]])
    # max(1, |e|)^(1/8): errors below 1 px count as 1; 256^(1/8) = 2.
    assert float(disparity_loss("fdscs", half, truth, MASK)) == pytest.approx((1 + 1 + 2 + 1) / 4)


def test_invalid_pixels_do_not_count() -> None:
    half, truth = torch.tensor([[[[10.0]]]]), torch.tensor([[[[10.0, 99.0], [99.0, 12.0]]]])
    valid = torch.tensor([[[[True, False], [False, True]]]])
    assert float(disparity_loss("smooth_l1", half, truth, valid)) == pytest.approx(1.5 / 5 / 2)
    assert end_point_error(half, truth, valid) == 1.0
    assert float(disparity_loss("smooth_l1", half, truth, ~MASK)) == 0.0


def test_log_loss_by_hand() -> None:
    half, truth = torch.full((1, 1, 1, 1), 10.0), torch.tensor([[[[10.0, 11.0], [13.0, 0.0]]]])
    expected = (math.log(1) + math.log(2) + math.log(4)) / 3  # the fourth is not valid
    assert float(disparity_loss("log", half, truth, truth > 0)) == pytest.approx(expected)


def test_fine_loss_by_hand() -> None:
    half, truth = torch.tensor([[[[10.0, 10.5]]]]), torch.tensor([[[[10.0, 10.25], [10.0, 10.75]]]])
    truth = torch.cat([truth, torch.full((1, 1, 2, 2), 12.0)], dim=3)
    # The back end makes 10, 10.25, 10.5, 10.5 of either row.
    errors = [0, 0, 1.5, 1.5, 0, 0.5, 1.5, 1.5]
    expected = sum(math.log(1 + 2 * each) for each in errors) / 8
    every = torch.ones(1, 1, 2, 4)
    assert float(disparity_loss("fine", half, truth, every)) == pytest.approx(expected)


def test_pixels_count_by_their_weight() -> None:
    half, truth = torch.full((1, 1, 1, 1), 10.0), torch.tensor([[[[10.0, 11.0], [13.0, 0.0]]]])
    weight = torch.tensor([[[[1.0, 0.5], [0.25, 0.0]]]])
    expected = (0.5 * math.log(2) + 0.25 * math.log(4)) / 1.75
    assert float(disparity_loss("log", half, truth, weight)) == pytest.approx(expected)


def test_hidden_pixels_weigh_what_is_asked(pairs: SyntheticPairs) -> None:
    few = [pairs[0], replace(pairs[1], visible=None)]
    seen = torch.from_numpy(few[0].visible)
    batch = collate(few, hidden=0.25)
    assert batch.valid.all() and not seen.all()
    assert torch.equal(batch.weight[0, 0], torch.where(seen, 1.0, 0.25))
    assert (batch.weight[1] == 1).all() and (collate(few).weight == 1).all()


def test_pixels_near_jumps_weigh_more(pairs: SyntheticPairs) -> None:
    disparity = torch.full((1, 1, 9, 20), 10.0)
    disparity[..., 12:] = 16.0
    disparity[..., 0] = 0.0  # not known, so no jump
    near = near_jumps(disparity, disparity > 0)
    assert near[0, 0, 4].nonzero().flatten().tolist() == list(range(8, 16))
    batch = collate([pairs[0]], hidden=0.5, edges=3.0)
    jumps = near_jumps(batch.disparity, batch.valid)
    assert 0 < jumps.float().mean() < 1
    assert torch.equal(batch.weight, collate([pairs[0]], hidden=0.5).weight * (1 + 3.0 * jumps))


def test_a_batch_depends_on_the_step_alone(pairs: SyntheticPairs) -> None:
    first, second = Sampler(pairs, TRAINING, 0), Sampler(pairs, TRAINING, 0)
    second.batch(3)
    assert torch.equal(first.batch(8).left, second.batch(8).left)
    assert not torch.equal(first.batch(8).left, first.batch(9).left)
    assert not torch.equal(first.batch(8).left, Sampler(pairs, TRAINING, 1).batch(8).left)


def test_made_up_pairs_are_renewed_the_oldest_first() -> None:
    pairs = SyntheticPairs(4, (64, 96), max_disparity=14, seed=3)
    sampler = Sampler(pairs, replace(TRAINING, synthetic_fresh=0.5), 0)
    chosen = [
        sampler._choose(step, index, np.random.default_rng([step, index]))
        for step in range(40)
        for index in range(2)
    ]
    behind = [
        index - step // 2 for step, index in zip(np.repeat(range(40), 2), chosen, strict=True)
    ]
    assert set(behind) == {0, 1, 2, 3}
    assert sampler.read(19).name == "000019" and len(pairs) == 4
    assert np.array_equal(sampler.read(19).left, replace(pairs, count=20)[19].left)


def test_steps_lower_the_error_on_what_they_see(pairs: SyntheticPairs) -> None:
    net = FloatNetwork(CONFIG.architecture, train_batch_norm=True)
    net.initialise(torch.Generator().manual_seed(0))
    phase, batch = float_phase(net, CONFIG, engine()), Sampler(pairs, TRAINING, 0).batch(0)
    errors = [train_step(phase, batch)[1] for _ in range(60)]
    assert errors[-1] < 0.5 * errors[0]


def test_rate_warms_up_and_ends_at_zero() -> None:
    net = FloatNetwork(CONFIG.architecture, train_batch_norm=True)
    phase = float_phase(net, CONFIG, engine())
    rates = []
    for step in range(TRAINING.float_steps):
        phase.set_rate(step)
        rates.append(phase.optimiser.param_groups[0]["lr"])
    assert rates[0] < rates[10] and rates[-1] < 0.01 * max(rates)
    assert math.isclose(rates[0], TRAINING.float_learning_rate / 50)


def test_population_statistics_are_those_of_all_pixels_of_the_batches(
    pairs: SyntheticPairs,
) -> None:
    net = FloatNetwork(CONFIG.architecture, train_batch_norm=True)
    net.initialise(torch.Generator().manual_seed(0))
    phase, sampler = float_phase(net, CONFIG, engine()), Sampler(pairs, TRAINING, 0)
    measure_population(phase, sampler)
    layer = net.convs["enc0"]
    assert isinstance(layer, BatchNormConv2d)
    batches = (sampler.batch(step) for step in range(TRAINING.population_batches))
    with torch.no_grad():
        costs = [phase.objective.inputs(batch.left, batch.right)[0] for batch in batches]
        variance, mean = torch.var_mean(layer.conv(torch.cat(costs)), (0, 2, 3), correction=0)
    assert layer.norm.running_mean is not None and layer.norm.running_var is not None
    assert torch.allclose(layer.norm.running_mean, mean, atol=1e-5)
    assert torch.allclose(layer.norm.running_var, variance, rtol=1e-4)
    assert layer.norm.momentum == BATCH_NORM_MOMENTUM and not layer.norm.training
