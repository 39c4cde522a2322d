"""Tensors quantised alone: all of them, and only what depends on them."""

from collections import defaultdict

import pytest
import torch

from fdscs.calibration.observe import Inputs, calibration_inputs
from fdscs.calibration.sensitivity import rerun, runs_of, sensitivity, sensitivity_on
from fdscs.calibration.sensitivity_table import ACTIVATIONS, WEIGHTS, Measurement
from fdscs.model.graph import Conv2d
from fdscs.model.network import FloatNetwork
from fdscs.stereo_datasets.synthetic import SyntheticPairs

WIDTHS = (3, 8, 16)


@pytest.fixture(scope="module")
def inputs(tiny_float: FloatNetwork, pairs: SyntheticPairs) -> list[Inputs]:
    return calibration_inputs(tiny_float.graph, pairs, 2)


@pytest.fixture(scope="module")
def table(tiny_float: FloatNetwork, inputs: list[Inputs]) -> list[Measurement]:
    return list(sensitivity_on(tiny_float, inputs, WIDTHS))


def test_every_layer_and_kind_has_every_width(
    table: list[Measurement], tiny_float: FloatNetwork
) -> None:
    convs = [conv.name for conv in tiny_float.graph.of_type(Conv2d)]
    tensors = [(name, WEIGHTS) for name in convs]
    tensors += [(name, ACTIVATIONS) for name in convs if name != "out"]
    found = [(row.layer, row.kind, row.bits) for row in table]
    assert sorted(found) == sorted((*tensor, bits) for tensor in tensors for bits in WIDTHS)


def test_errors_fall_with_bits(table: list[Measurement]) -> None:
    errors: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for row in table:
        errors[row.layer, row.kind][row.bits] = row.mean_square_px2
    for tensor, by_width in errors.items():
        assert 20 * by_width[8] < by_width[3] and by_width[16] < by_width[8], tensor


def test_a_bit_of_weights_is_a_bit_of_shift(table: list[Measurement]) -> None:
    shifts = {(row.layer, row.bits): row.shift for row in table if row.kind == WEIGHTS}
    for layer in {layer for layer, _ in shifts}:
        assert shifts[layer, 16] - shifts[layer, 8] in (8, 9), layer  # 9: 127 is less than 2^7


def test_shares_count_every_multiply_accumulate_once(table: list[Measurement]) -> None:
    one_width = [row for row in table if row.bits == 8]
    weights = sum(row.macs_percent for row in one_width if row.kind == WEIGHTS)
    read = sum(row.macs_percent for row in one_width if row.kind == ACTIVATIONS)
    assert weights == pytest.approx(100)
    assert 50 < read < 100  # the rest reads costs and rgb


@torch.no_grad()
def test_a_rerun_equals_a_run(tiny_float: FloatNetwork, inputs: list[Inputs]) -> None:
    before = runs_of(tiny_float, inputs)[0]
    for conv in tiny_float.graph.of_type(Conv2d):
        weight, bias = (each.clone() for each in tiny_float.plain(conv.name))
        tiny_float.set_plain(conv.name, 0.9 * weight, bias)
        changed = {conv.name: tiny_float.convs[conv.name](before[conv.inputs[0]])}
        expected = tiny_float(*inputs[0])
        assert torch.equal(rerun(tiny_float, before, changed), expected), conv.name
        assert not torch.equal(expected, before["out_relu"]), conv.name
        tiny_float.set_plain(conv.name, weight, bias)


def test_the_network_stays_and_the_table_repeats(
    tiny_float: FloatNetwork, pairs: SyntheticPairs
) -> None:
    before = {name: each.clone() for name, each in tiny_float.state_dict().items()}
    first, second = (list(sensitivity(tiny_float, pairs, 1, (4,))) for _ in range(2))
    assert first == second
    assert all(torch.equal(before[name], each) for name, each in tiny_float.state_dict().items())
