"""Refit and rounding of one layer, by hand and against plain rounding."""

import numpy as np
import torch

from fdscs.calibration.calibrate import calibrate
from fdscs.calibration.refit import Problem, gptq, solve
from fdscs.calibration.steps import accumulator_fits
from fdscs.model.config import PAPER
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d, Requantise
from fdscs.model.network import FloatNetwork
from fdscs.quantization.network import QuantNetwork, Steps
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from tests.tiny import TINY


def plain(weight: torch.Tensor, step: float, largest: int) -> torch.Tensor:
    return ((weight / step + 0.5).floor().clamp(-largest, largest)) * step


def correlated_inputs(count: int, size: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    mixing = torch.randn(3, size, generator=generator, dtype=torch.float64)
    noise = 0.1 * torch.randn(count, size, generator=generator, dtype=torch.float64)
    return torch.randn(count, 3, generator=generator, dtype=torch.float64) @ mixing + noise


def test_uncorrelated_inputs_are_rounded_to_nearest() -> None:
    weight = torch.tensor([[0.3, -0.8, 2.4, -9.0]], dtype=torch.float64)
    rounded = gptq(weight, torch.eye(4, dtype=torch.float64), torch.tensor([1]), 7)
    assert rounded.tolist() == [[0.5, -1.0, 2.5, -3.5]]  # steps of a half, 7 of them at most


def test_correlated_inputs_leave_a_smaller_error_than_nearest() -> None:
    x = correlated_inputs(4000, 40)
    weight = torch.randn(8, 40, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    power = x.T @ x / len(x)
    errors = [
        ((x @ (weight - rounded).T) ** 2).mean()
        for rounded in (gptq(weight, power, torch.full((8,), 2), 100), plain(weight, 0.25, 100))
    ]
    assert errors[0] < 0.3 * errors[1]


def test_inputs_that_are_never_on_do_no_harm() -> None:
    weight = torch.tensor([[0.6, -0.2]], dtype=torch.float64)
    rounded = gptq(weight, torch.zeros(2, 2, dtype=torch.float64), torch.tensor([0]), 7)
    assert rounded.tolist() == [[1.0, 0.0]]


def test_weights_on_their_grid_and_true_to_the_data_stay(tiny_net: QuantNetwork) -> None:
    conv = tiny_net.graph["enc1"]
    assert isinstance(conv, Conv2d)
    generator = torch.Generator().manual_seed(2)
    codes = torch.randint(-127, 128, (conv.channels, conv.in_channels), generator=generator)
    frac = int(tiny_net.steps.weights["enc1"].max())
    weight = codes.double() * 2.0**-frac
    x = torch.rand(2000, conv.in_channels, generator=generator, dtype=torch.float64)
    bias = torch.linspace(-1, 1, conv.channels, dtype=torch.float64)
    rounded, found, _ = solve(Problem(x, x @ weight.T + bias), weight, bias, tiny_net, conv)
    assert torch.allclose(rounded.double(), weight)
    assert torch.allclose(found.double(), bias, atol=1e-5)


def test_an_error_of_earlier_layers_is_refitted(tiny_net: QuantNetwork) -> None:
    """Inputs a tenth too small: the refit makes up for it as far as it is trusted."""
    conv = tiny_net.graph["enc1"]
    assert isinstance(conv, Conv2d)
    x = torch.rand(4000, conv.in_channels, dtype=torch.float64)
    weight = torch.full((conv.channels, conv.in_channels), 0.5, dtype=torch.float64)
    none = torch.zeros(conv.channels, dtype=torch.float64)
    rounded, _, _ = solve(Problem(0.9 * x, x @ weight.T), weight, none, tiny_net, conv)
    assert 0.51 < float(rounded.mean()) < 0.5 / 0.9


def test_every_weight_is_a_code(tiny_float: FloatNetwork, pairs: SyntheticPairs) -> None:
    net = calibrate(tiny_float, TINY, pairs)[0]
    before = net.get_parameters()
    net.snap()
    for name, value in net.get_parameters().items():
        if name.endswith("weight"):
            assert (value == before[name]).all(), name


def test_what_the_relu_makes_zero_is_not_missing() -> None:
    x = torch.tensor([[1.0], [-1.0], [-3.0]], dtype=torch.float64)
    outputs = torch.tensor([[2.0], [0.5], [-7.0]], dtype=torch.float64)
    weight, bias = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    assert Problem(x, outputs).missing(weight, bias).tolist() == [[1.0], [1.5], [0.0]]
    linear = Problem(x, outputs, rectified=False)
    assert linear.missing(weight, bias).tolist() == [[1.0], [1.5], [-4.0]]


def test_disparity_is_brought_to_the_median(tiny_net: QuantNetwork) -> None:
    conv = tiny_net.graph["out"]
    assert isinstance(conv, Conv2d)
    x = torch.rand(3001, conv.in_channels, dtype=torch.float64)
    weight = torch.full((1, conv.in_channels), 0.5, dtype=torch.float64)
    outputs = x @ weight.T + 3
    outputs[:100] += 1000  # a few far off move the mean, not the median
    problem = Problem(x, outputs, rectified=False)
    none = torch.zeros(1, dtype=torch.float64)
    rounded, bias, _ = solve(problem, weight, none, tiny_net, conv)
    error = outputs - x @ rounded.double().T - bias.double()
    assert abs(float(error.median())) < 0.01


def test_the_bias_counts_in_the_accumulator() -> None:
    """Inputs far from zero and outputs around it: the bias is as large as the sum it cancels."""
    graph = build_graph(PAPER.architecture, PAPER.precision)
    activations = {relu.name: 7 for relu in graph.of_type(Requantise)}
    weights = {c.name: np.full(c.channels, 7, np.int32) for c in graph.of_type(Conv2d)}
    net = QuantNetwork(PAPER.architecture, PAPER.precision, Steps(activations, weights))
    conv = net.graph["u1u5_5"]
    assert isinstance(conv, Conv2d)
    generator = torch.Generator().manual_seed(3)
    size = conv.in_channels * conv.kernel**2
    x = 30 + torch.rand(2000, size, generator=generator, dtype=torch.float64)
    scale = torch.linspace(0.2, 2, conv.channels, dtype=torch.float64)[:, None]
    weight = scale * (1 + torch.rand(conv.channels, size, generator=generator, dtype=torch.float64))
    offset = -(x.mean(dim=0) @ weight.T)
    problem = Problem(x, x @ weight.T + offset)
    rounded, bias, frac = solve(problem, weight, offset, net, conv)
    fits = accumulator_fits(
        net.graph, conv, rounded.double(), bias.double(), torch.from_numpy(frac)
    )
    assert bool(fits.all())
