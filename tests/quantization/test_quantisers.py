"""The Brevitas quantisers round as the hardware does."""

import brevitas.nn as qnn
import pytest
import torch

from fdscs.model.graph import Format
from fdscs.quantization.quantisers import PowerOfTwoQuant, activation_quantiser


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-2.5, -2), (-1.5, -1), (-0.5, 0), (0.5, 1), (1.5, 2), (2.5, 3), (2.4, 2), (-2.6, -3)],
)
def test_ties_go_towards_positive_infinity(value: float, expected: int) -> None:
    quant = PowerOfTwoQuant(8, True, True, torch.tensor(0), pass_saturated=False)
    assert quant(torch.tensor(value))[0].item() == expected


@pytest.mark.parametrize("training", [True, False])
def test_training_rounds_as_evaluation_does(training: bool) -> None:
    relu = qnn.QuantReLU(act_quant=activation_quantiser(Format(4, False, 1))).train(training)
    # Steps of one half: 0.25 and 0.75 are ties, 7.5 is the largest code, negatives are cut off.
    x = torch.tensor([-3.0, 0.0, 0.24, 0.25, 0.75, 1.25, 7.5, 100.0])
    assert relu(x).tolist() == [0, 0, 0, 0.5, 1.0, 1.5, 7.5, 7.5]


def test_the_gradient_passes_rounding_but_not_saturation() -> None:
    relu = qnn.QuantReLU(act_quant=activation_quantiser(Format(4, False, 0)))
    x = torch.tensor([-1.0, 3.3, 99.0], requires_grad=True)
    relu(x).sum().backward()
    assert x.grad is not None and x.grad.tolist() == [0, 1, 0]


@pytest.mark.parametrize("frac", [-40, -8, 0, 7, 31, 64])
def test_steps_are_exact_powers_of_two(frac: int) -> None:
    quant = PowerOfTwoQuant(8, True, True, torch.tensor([frac]), pass_saturated=True)
    assert quant.step().item() == 2.0**-frac


@pytest.mark.parametrize(("signed", "narrow", "low", "high"), [
    (True, True, -7, 7), (True, False, -8, 7), (False, False, 0, 15),
])  # fmt: skip
def test_codes_saturate_at_their_format(signed: bool, narrow: bool, low: int, high: int) -> None:
    quant = PowerOfTwoQuant(4, signed, narrow, torch.tensor(0), pass_saturated=True)
    x = torch.tensor([-99.0, 99.0], requires_grad=True)
    codes = quant(x)[0]
    assert codes.tolist() == [low, high]
    codes.sum().backward()
    assert x.grad is not None and x.grad.tolist() == [1, 1]  # weights come back into range
