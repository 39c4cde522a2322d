"""The plain versions that speed is measured against compute the same."""

import numpy as np
import pytest
import torch

from benchmarks import plain
from fdscs.model.config import Architecture
from fdscs.model.cost_volume import integer_costs, normalised_costs
from fdscs.model.fdscs import COST_MEAN, COST_SCALE
from fdscs.model.front_end import census_words, float_front_end, normalised_costs_by_tensors
from fdscs.model.network import FloatNetwork
from fdscs.quantization.front_end import integer_costs_by_tensors
from tests.tiny import TINY

SHAPES = [(1, 5, 9, 8), (2, 4, 16, 2), (3, 1, 40, 7), (1, 3, 130, 64)]  # N, h, w, disparities


def maps_of(shape: tuple[int, int, int, int]) -> tuple[list[torch.Tensor], int]:
    """YUV of two views, with equal neighbours here and there."""
    batch, rows, columns, disparities = shape
    generator = torch.Generator().manual_seed(0)
    size = (batch, 3, rows, columns)
    return [torch.randint(0, 40, size, generator=generator) / 40 for _ in range(2)], disparities


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("costs", [normalised_costs, normalised_costs_by_tensors])
def test_normalised_costs(shape: tuple[int, int, int, int], costs) -> None:
    (left, right), disparities = maps_of(shape)
    census, u, v = ((left[:, k], right[:, k]) for k in range(3))
    census = census_words(census[0]), census_words(census[1])
    mean, scale = np.array(COST_MEAN, np.float32), np.array(COST_SCALE, np.float32)
    found = costs(census, u, v, disparities, mean, scale)
    assert torch.equal(found, plain.normalised_costs(left, right, disparities))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("costs", [integer_costs, integer_costs_by_tensors])
@pytest.mark.parametrize("saturation", [63, 10])
def test_integer_costs(shape: tuple[int, int, int, int], costs, saturation: int) -> None:
    (left, right), disparities = maps_of(shape)
    views = [census_words(left[:, 0]), census_words(right[:, 0])]
    codes = [(each[:, k] * 315).int() - 157 for k in (1, 2) for each in (left, right)]
    maps = [*views, *codes]
    pairs = [(maps[k], maps[k + 1]) for k in (0, 2, 4)]
    found = costs(*pairs, disparities, saturation)
    assert found.dtype == torch.uint8
    assert torch.equal(found, plain.integer_costs(maps, disparities, saturation))


def test_costs_lie_in_memory_as_convolutions_read_them() -> None:
    (left, right), _ = maps_of((2, 4, 20, 8))
    images = [(each * 255).to(torch.uint8) for each in (left, right)]
    assert float_front_end(*images, 8)[0].is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("size", [(32, 48), (27, 53)])
def test_network_and_its_gradients(size: tuple[int, int]) -> None:
    architecture = Architecture(**{**TINY.architecture.__dict__, "output_scale": 3.0})
    ours = FloatNetwork(architecture, train_batch_norm=True)
    ours.initialise(torch.Generator().manual_seed(1))
    theirs = plain.Fdscs(architecture)
    theirs.load_state_dict(ours.state_dict())
    cost, rgb = torch.randn(2, 24, *size), torch.rand(2, 3, *size)
    outputs = [net.train()(cost, rgb) for net in (ours, theirs)]
    assert torch.allclose(*outputs, atol=1e-4)
    for output in outputs:
        output.square().mean().backward()
    gradients = {name: each.grad for name, each in theirs.named_parameters()}
    for name, each in ours.named_parameters():
        assert each.grad is not None and gradients[name] is not None
        assert torch.allclose(each.grad, gradients.pop(name), rtol=1e-3, atol=1e-5), name
    assert not gradients
