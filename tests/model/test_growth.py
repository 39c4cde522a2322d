"""Growth: the same disparities from a larger network, which then has more to learn with."""

from dataclasses import replace

import pytest
import torch

from fdscs.model.config import Architecture
from fdscs.model.growth import grown
from fdscs.model.network import FloatNetwork
from tests.tiny import TINY

SMALL = TINY.architecture
LARGER = replace(
    SMALL, disparities=11, encoder=(12, 9, 7, 8), context=(7, 9), unet=(7, 6, 11), output_scale=5.0
)
PIXELS = 37, 26


def trained(architecture: Architecture, seed: int) -> FloatNetwork:
    """A network whose disparities are some px, and change with what it reads."""
    net = FloatNetwork(architecture)
    generator = torch.Generator().manual_seed(seed)
    net.initialise(generator)
    for name in net.convs:
        weight, bias = net.plain(name)
        scale = 100.0 if name == "out" else 1.0
        bias = 0.1 * torch.randn(bias.shape, generator=generator)
        net.set_plain(name, scale * weight, bias)
    return net.eval()


def inputs(disparities: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    cost = torch.randn(2, 3 * disparities, *PIXELS, generator=generator)
    return cost, 2 * torch.rand(2, 3, *PIXELS, generator=generator) - 1


@pytest.mark.parametrize("architecture", [SMALL, LARGER], ids=["equal", "larger"])
def test_the_same_disparities(architecture: Architecture) -> None:
    small = trained(SMALL, 1)
    large = grown(small, architecture, torch.Generator().manual_seed(2))
    assert large.architecture == architecture
    cost, rgb = inputs(architecture.disparities)
    with torch.no_grad():
        wanted = small(cost[:, : 3 * SMALL.disparities], rgb)
        found = large(cost, rgb)
    assert wanted.std() > 0.1
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


def test_what_is_new_can_learn() -> None:
    """Every weight of the large network, or what it reads, moves after two steps."""
    large = grown(trained(SMALL, 1), LARGER, torch.Generator().manual_seed(2)).train()
    before = {name: each.detach().clone() for name, each in large.named_parameters()}
    optimiser = torch.optim.Adam(large.parameters(), lr=1e-2)
    for _ in range(3):
        optimiser.zero_grad()
        large(*inputs(LARGER.disparities)).sub(9).abs().mean().backward()
        optimiser.step()
    moved = {name: (each != before[name]).float().mean() for name, each in large.named_parameters()}
    assert min(moved.values()) > 0.5, moved


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        (replace(LARGER, disparities=7), "7 disparities, fewer than 8"),
        (replace(LARGER, context=(5, 9)), "cenc has 5 channels, fewer than 6"),
        (replace(LARGER, context=(7,)), "cenc1"),
        (replace(LARGER, unet=(7, 7, 8, 9)), "u1u1_4"),
    ],
)
def test_what_is_not_larger(architecture: Architecture, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grown(trained(SMALL, 1), architecture, torch.Generator())
