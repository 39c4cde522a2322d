"""Averaged weights."""

import pytest
import torch
from torch import nn

from fdscs.training.average import WeightAverage


def network(value: float) -> nn.Linear:
    net = nn.Linear(1, 1, bias=False)
    nn.init.constant_(net.weight, value)
    return net


def moved(net: nn.Linear, value: float) -> None:
    with torch.no_grad():
        net.weight.fill_(value)


def test_the_mean_by_hand() -> None:
    net = network(0.0)
    average = WeightAverage(net, decay=0.5)
    moved(net, 10.0)
    average.update(0)  # 1/10 stays
    assert average.values["weight"].item() == pytest.approx(9)
    average.update(99)  # the decay stays, as it is less than 100/109
    assert average.values["weight"].item() == pytest.approx(9.5)


def test_it_is_shown_and_taken_back() -> None:
    net = network(1.0)
    average = WeightAverage(net, decay=0.5)
    moved(net, 3.0)
    with average.shown():
        assert net.weight.item() == 1
    assert net.weight.item() == 3
    average.settle()
    assert net.weight.item() == 1


def test_it_goes_on_from_saved_values() -> None:
    average = WeightAverage(network(1.0), decay=0.5)
    average.restore({"weight": torch.full((1, 1), 7.0)})
    assert average.values["weight"].item() == 7
    with pytest.raises(KeyError):
        average.restore({})
