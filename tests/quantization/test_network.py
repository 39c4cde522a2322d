"""The Brevitas network, frozen, is the integer reference; the PyTorch front end too."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from fdscs.hls_reference.run import run_images as run_reference
from fdscs.model.graph import Conv2d, Requantise
from fdscs.quantization import front_end
from fdscs.quantization.bounds import accumulator_bound
from fdscs.quantization.datapath import run_images, run_network
from fdscs.quantization.freeze import freeze
from fdscs.quantization.network import QuantNetwork, to_codes
from fdscs.storage.errors import BadInput

SIZES = [(37, 21), (64, 96), (33, 50), (31, 47)]


@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_every_tensor_equals_the_reference(
    tiny_net: QuantNetwork, random_images: Callable, rows: int, columns: int
) -> None:
    left, right = random_images(rows, columns)
    frozen = freeze(tiny_net)
    expected = run_reference(frozen.graph, frozen.params, left, right)
    found = run_images(tiny_net, left, right)
    assert set(found) == set(expected)
    for name, tensor in expected.items():
        if name not in ("left", "right"):
            assert np.array_equal(found[name], tensor), name


def test_training_computes_the_same_integers_as_evaluation(tiny_net: QuantNetwork) -> None:
    cost = torch.randint(0, 25, (2, 24, 16, 24)).float()
    rgb = torch.randint(-128, 128, (2, 3, 16, 24)) / 128
    with torch.no_grad():
        assert torch.equal(tiny_net.train()(cost, rgb), tiny_net.eval()(cost, rgb))


def test_snapping_changes_no_output(tiny_net: QuantNetwork) -> None:
    before = freeze(tiny_net)
    tiny_net.snap()
    after = freeze(tiny_net)
    for name, codes in before.params.items():
        assert np.array_equal(after.params[name], codes), name


def test_every_parameter_learns(tiny_net: QuantNetwork) -> None:
    tiny_net.train()
    cost = torch.randint(0, 25, (1, 24, 16, 24)).float()
    tiny_net(cost, torch.zeros(1, 3, 16, 24)).sum().backward()
    for name, parameter in tiny_net.named_parameters():
        assert parameter.grad is not None, name


def test_front_end_table_has_every_front_end_operation(tiny_net: QuantNetwork) -> None:
    made = {type(tiny_net.graph[name]) for name in ("left_sum", "left_y", "left_census", "cost")}
    assert made | {type(tiny_net.graph["rgb"])} == set(front_end.TABLE)


def test_codes_off_the_grid_are_an_error() -> None:
    with pytest.raises(ArithmeticError, match="off the grid"):
        to_codes(torch.tensor([[[[0.3]]]]), 4)


def test_accumulator_bound_is_reached_and_never_passed(tiny_net: QuantNetwork) -> None:
    """By hand: weights 2 and −3 on inputs 0 … 255, bias 5, shift 4, which adds a half of 8."""
    frozen = freeze(tiny_net)
    conv = next(c for c in frozen.graph.of_type(Conv2d) if c.name == "enc1")
    weight = np.zeros((conv.channels, conv.in_channels, 1, 1), np.int8)
    weight[0, :2, 0, 0] = 2, -3
    bias = np.zeros(conv.channels, np.int32)
    bias[0] = 5
    params = {
        conv.weight: weight,
        conv.bias: bias,
        "enc1.shift": np.full(conv.channels, 4, np.uint8),
    }
    bound = accumulator_bound(frozen.graph, conv, params)
    assert (bound.low, bound.high, bound.magnitude) == (-765, 510 + 5 + 8, 765)
    assert bound.bits == 11  # −765 … 523 needs −1024 … 1023


def test_worst_case_inputs_stay_within_the_proven_widths(tiny_net: QuantNetwork) -> None:
    """Drive every channel of one layer to its extremes with inputs of the sign of its weights."""
    frozen = freeze(tiny_net)
    for conv in frozen.graph.of_type(Conv2d):
        low, high = np.array(frozen.graph.range_of(conv.inputs[0])).T
        weight = frozen.params[conv.weight].astype(np.int64).sum(axis=(2, 3))
        worst = np.where(weight > 0, high, low)
        single = (frozen.params[conv.weight].astype(np.int64) * worst[:, :, None, None]).sum(
            axis=(1, 2, 3)
        )
        limit = 1 << (conv.acc_bits - 1)
        assert (np.abs(single + frozen.params[conv.bias]) <= limit).all()


def test_an_accumulator_too_wide_for_float32_is_refused(tiny_net: QuantNetwork) -> None:
    conv = tiny_net.convs["enc0"]
    step = float(conv.bias_quant.tensor_quant.step()[0])
    conv.bias.data[0] = step * (1 << 24)
    with pytest.raises(BadInput, match=r"^enc0: its accumulator can reach"):
        freeze(tiny_net)


def test_shifts_out_of_range_are_refused(tiny_net: QuantNetwork) -> None:
    steps = tiny_net.steps
    weights = {**steps.weights, "enc1": steps.weights["enc1"] - 40}
    tiny_net.steps = replace(steps, weights=weights)
    with pytest.raises(BadInput, match=r"^enc1: shifts from"):
        freeze(tiny_net)


def test_shift_is_accumulator_frac_less_output_frac(tiny_net: QuantNetwork) -> None:
    frozen = freeze(tiny_net)
    for relu in frozen.graph.of_type(Requantise):
        conv = frozen.graph[relu.inputs[0]]
        in_frac = frozen.graph.format_of(conv.inputs[0]).frac
        expected = in_frac + tiny_net.steps.weights[conv.name] - relu.format.frac
        assert np.array_equal(frozen.params[relu.shift], expected)


def test_a_value_off_its_grid_is_shown_not_rounded(tiny_net: QuantNetwork) -> None:
    """A fault of exactness must reach the comparison as a difference."""
    cost = np.full((24, 16, 24), 3, np.uint8)
    rgb = np.zeros((3, 16, 24), np.int8)
    assert run_network(tiny_net, cost, rgb)["enc0"].dtype == np.int32
    layer = tiny_net.convs["enc0"]
    layer.register_forward_hook(lambda module, inputs, output: output + 1e-4)
    assert run_network(tiny_net, cost, rgb)["enc0"].dtype == np.float32
