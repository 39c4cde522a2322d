"""Exact clean-ups: channels that provably make no difference are taken out of a network.

What the integers can reach is followed from the formats of costs and colours, channel by channel:
interval arithmetic on the frozen weights. Every code of every channel that stays is unchanged,
which `fdscs.verification.unchanged` proves again by running both networks.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fdscs.hls_reference.ops.requantise import requantise
from fdscs.model.config import Config
from fdscs.model.graph import Conv2d, Ranges, Requantise
from fdscs.model.images import DEFAULT_SIZE
from fdscs.model.links import Link, links
from fdscs.quantization.bounds import sums_of_products
from fdscs.quantization.freeze import Frozen, freeze
from fdscs.quantization.network import QuantNetwork, Steps

DEAD, UNREAD, CONSTANT = KINDS = ("dead", "unread", "constant")
LIVE = ""


@dataclass(frozen=True)
class CleanUp:
    """What was taken out; channels are output channels of convolutions, as numbered before."""

    removed: dict[str, dict[str, list[int]]]  # by kind, then by convolution
    kept: dict[str, NDArray[np.intp]]  # by convolution
    macs_before: int  # multiply-accumulates for a KITTI image
    macs_after: int

    def counts(self) -> dict[str, int]:
        """Channels removed, by kind."""
        return {kind: sum(map(len, layers.values())) for kind, layers in self.removed.items()}


@dataclass(frozen=True)
class _Found:
    """What becomes of the channels of one link."""

    link: Link
    kinds: NDArray[np.str_]  # (link.channels,), one of KINDS or LIVE
    codes: NDArray[np.int64]  # (link.channels,), the one code of each constant


def clean_up(net: QuantNetwork, config: Config) -> tuple[QuantNetwork, Config, CleanUp]:
    """`net` without its dead, unread and constant channels, and its configuration.

    Dead: every code is 0. Unread: every weight on it is 0. Constant: every code is one other
    value, and only 1×1 convolutions read it, whose biases take its part; the zero padding of a 3×3
    one is not that value. Every layer keeps a channel. Moves the parameters of `net` onto their
    grids. Raises BadInput for a network that cannot be frozen.
    """
    net.snap()
    before = net.graph
    kept = {conv.name: np.arange(conv.channels) for conv in before.of_type(Conv2d)}
    removed: dict[str, dict[str, list[int]]] = {kind: {} for kind in KINDS}
    while found := _removable(freeze(net)):
        for each in found:
            layer = each.link.producer
            kinds = np.tile(each.kinds, each.link.blocks)
            for kind, channel in zip(kinds.tolist(), kept[layer].tolist(), strict=True):
                if kind != LIVE:
                    removed[kind].setdefault(layer, []).append(channel)
            kept[layer] = kept[layer][kinds == LIVE]
        net, config = _without(net, config, found)
    macs = [sum(graph.macs(*DEFAULT_SIZE).values()) for graph in (before, net.graph)]
    return net, config, CleanUp(removed, kept, *macs)


def channel_ranges(frozen: Frozen) -> dict[str, Ranges]:
    """Smallest and largest code that each channel of each requantised tensor can have."""
    ranges: dict[str, Ranges] = {}
    for relu in frozen.graph.of_type(Requantise):
        conv = frozen.graph.conv_of(relu.name)
        inputs = frozen.graph.range_of(conv.inputs[0], ranges)
        if conv.kernel > 1:  # zero padding
            inputs = [(min(low, 0), max(high, 0)) for low, high in inputs]
        sums = np.stack(sums_of_products(frozen.params[conv.weight], inputs), axis=1)
        ends = (sums + frozen.params[conv.bias][:, None])[:, None]  # (O, 1, 2), an image of two
        codes = requantise(ends, frozen.params[relu.shift], relu.format)[:, 0]  # is monotonous
        ranges[relu.name] = [(int(low), int(high)) for low, high in codes]
    return ranges


def _removable(frozen: Frozen) -> list[_Found]:
    ranges = channel_ranges(frozen)
    found = [_classify(frozen, link, ranges[link.relu]) for link in links(frozen.graph)]
    return [each for each in found if (each.kinds != LIVE).any()]


def _classify(frozen: Frozen, link: Link, ranges: Ranges) -> _Found:
    low, high = np.array(ranges).reshape(link.blocks, link.channels, 2).transpose(2, 0, 1)
    low, high = low.min(axis=0), high.max(axis=0)
    read = np.zeros(link.channels, bool)
    read_beside_zeros = np.zeros(link.channels, bool)
    for name, offset in link.consumers:
        weight = frozen.params[f"{name}.weight"][:, offset : offset + link.channels]
        used = weight.any(axis=(0, 2, 3))
        read |= used
        if weight.shape[2] > 1:
            read_beside_zeros |= used
    foldable = (low == high) & ~read_beside_zeros
    kinds = np.select([high == 0, ~read, foldable], KINDS, LIVE)
    if (kinds != LIVE).all():
        kinds[0] = LIVE
    return _Found(link, kinds, low)


def _without(net: QuantNetwork, config: Config, found: list[_Found]) -> tuple[QuantNetwork, Config]:
    tensors = net.get_parameters()
    convs = net.graph.of_type(Conv2d)
    rows = {conv.name: np.ones(conv.channels, bool) for conv in convs}
    columns = {conv.name: np.ones(conv.in_channels, bool) for conv in convs}
    for each in found:
        link, stays = each.link, each.kinds == LIVE
        rows[link.producer] = np.tile(stays, link.blocks)
        step = net.graph.format_of(link.relu).step
        values = np.where(each.kinds == CONSTANT, each.codes, 0) * step
        for name, offset in link.consumers:
            part = slice(offset, offset + link.channels)
            columns[name][part] = stays
            weight = tensors[f"{name}.weight"][:, part].astype(np.float64).sum(axis=(2, 3))
            tensors[f"{name}.bias"] += (weight @ values).astype(np.float32)  # whole, below 2^24
    for conv in convs:
        tensors[conv.weight] = tensors[conv.weight][rows[conv.name]][:, columns[conv.name]]
        tensors[conv.bias] = tensors[conv.bias][rows[conv.name]]
    frac = {name: net.steps.weights[name][mask] for name, mask in rows.items()}
    fewer = {name: int(mask.sum()) for name, mask in rows.items() if not mask.all()}
    architecture = config.architecture
    architecture = replace(architecture, channels={**architecture.channels, **fewer})
    config = replace(config, architecture=architecture)
    smaller = QuantNetwork(architecture, config.precision, Steps(net.steps.activations, frac))
    smaller.set_parameters(tensors)
    return smaller.eval(), config
