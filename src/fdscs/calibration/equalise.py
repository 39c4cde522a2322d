"""Cross-layer equalisation: rescale channels so that weights before and after match in size.

Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019:
relu(s·x) = s·relu(x) for s > 0, so a channel may be divided by s in its producer and multiplied by
s in its consumers. The function of the network does not change.
"""

import torch
from torch import Tensor, nn

from fdscs.model.links import Link, links
from fdscs.model.network import FloatNetwork

DEAD = 1e-6  # weights no larger than this make no channel worth scaling
LARGEST = 1e3  # of one factor


def equalise(net: FloatNetwork, rounds: int = 5) -> None:
    """Equalise every channel between its producer and its consumers, in place."""
    with torch.no_grad():
        for _ in range(rounds):
            for link in links(net.graph):
                scale_channels(net, link, _factors(net, link))


def scale_channels(net: FloatNetwork, link: Link, factors: Tensor) -> None:
    """Divide the channels of `link` by `factors` where they are made, multiply where read."""
    repeated = factors.repeat(link.blocks)
    producer = _conv(net, link.producer)
    producer.weight /= repeated[:, None, None, None]
    producer.bias /= repeated
    for name, offset in link.consumers:
        _conv(net, name).weight[:, offset : offset + link.channels] *= factors[:, None, None]


def _factors(net: FloatNetwork, link: Link) -> Tensor:
    weight = _conv(net, link.producer).weight
    made = weight.reshape(link.blocks, link.channels, -1).abs().amax(dim=(0, 2))
    read = torch.stack(
        [
            _conv(net, name).weight[:, offset : offset + link.channels].abs().amax(dim=(0, 2, 3))
            for name, offset in link.consumers
        ]
    ).amax(dim=0)
    factors = (made / read.clamp(min=DEAD)).sqrt().clamp(1 / LARGEST, LARGEST)
    return torch.where((made > DEAD) & (read > DEAD), factors, torch.ones_like(factors))


def _conv(net: FloatNetwork, name: str) -> nn.Conv2d:
    conv = net.convs[name]
    assert isinstance(conv, nn.Conv2d)
    return conv
