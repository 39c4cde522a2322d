"""Muon: its steps by hand, and which parameters it moves how."""

import pytest
import torch
from torch import nn

from fdscs.training.muon import BETAS, MOMENTUM, RMS, Muon, orthogonal


def parameter(*values: float, shape: tuple[int, ...]) -> nn.Parameter:
    return nn.Parameter(torch.tensor(values).reshape(shape))


@pytest.mark.parametrize("shape", [(3, 16, 144), (2, 64, 24), (1, 5, 5)])
def test_singular_values_become_about_one(shape: tuple[int, ...]) -> None:
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    found = torch.linalg.svdvals(orthogonal(matrices))
    assert found.shape[0] == shape[0]
    assert (found[:, :4] > 0.6).all() and (found < 1.3).all()


def test_direction_is_kept() -> None:
    rotation = torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(1)))[0]
    made = orthogonal(7 * rotation[None])[0]
    assert torch.allclose(made / made.norm(), rotation / rotation.norm(), atol=1e-4)


def test_a_step_of_a_matrix_by_hand() -> None:
    weight = nn.Parameter(torch.ones(2, 2, 1, 1))
    optimiser = Muon([weight], lr=0.1, weight_decay=0.5)
    weight.grad = torch.tensor([[3.0, 0.0], [0.0, 3.0]]).reshape(2, 2, 1, 1)
    optimiser.step()
    made = orthogonal(torch.eye(2)[None])[0]  # momentum and gradient have one direction
    expected = 0.95 * torch.ones(2, 2) - 0.1 * RMS * 2**0.5 * made
    assert torch.allclose(weight.detach()[:, :, 0, 0], expected, atol=1e-4)
    momentum = optimiser.state[weight]["momentum"]
    assert torch.allclose(momentum, (1 - MOMENTUM) * weight.grad)


def test_the_rest_moves_as_adamw_moves_it() -> None:
    generator = torch.Generator().manual_seed(2)
    bias, row = torch.randn(5, generator=generator), torch.randn(1, 4, 3, 3, generator=generator)
    ours, theirs = ([nn.Parameter(each.clone()) for each in (bias, row)] for _ in range(2))
    made = Muon(ours, lr=0.1, weight_decay=0.01)
    wanted = torch.optim.AdamW(theirs, lr=0.1, weight_decay=0.01, betas=BETAS)
    for _ in range(3):
        for one, other in zip(ours, theirs, strict=True):
            one.grad = torch.randn(one.shape, generator=generator)
            other.grad = one.grad.clone()
        made.step()
        wanted.step()
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_what_has_no_gradient_stays() -> None:
    weight = parameter(1.0, 2.0, shape=(2, 1, 1, 1))
    Muon([weight], lr=0.1, weight_decay=0.5).step()
    assert weight.flatten().tolist() == [1.0, 2.0]
