"""Channels planted in the tiny network that make no difference, and some that only seem so."""

import torch

from fdscs.quantization.network import QuantNetwork

REMOVABLE = {  # kind → convolution → output channels
    "dead": {
        "enc0": [2],
        "enc1": [3],
        "u2_2": [1],  # read below, through the pool, and across
        "u1u3_2": [3, 9, 15, 21],  # channel 3 of six after depth-to-space
    },
    "unread": {
        "enc0": [7],  # only the dead channel of enc1 reads it
        "u1u1_3": [2],
        "u2_3": [1],
        "u1u3_3": [2, 6, 10, 14],
    },
    "constant": {"enc0": [5], "u1u5_2": [4], "u1u5_3": [0]},
}
CODE = 10  # of the constants


def plant(net: QuantNetwork) -> QuantNetwork:
    """`net` with the channels of REMOVABLE, and with look-alikes that have to stay."""
    with torch.no_grad():
        for kind, bias in (("dead", -100.0), ("constant", CODE)):
            for name, channels in REMOVABLE[kind].items():
                for channel in channels:
                    fix(net, name, channel, bias)
        unread(net, "enc1", 7, rows=[0, 1, 2, 4, 5])
        unread(net, "u2_3", 2)
        unread(net, "u1u1_2", 1)
        unread(net, "u4_3", 1)
        unread(net, "u4_3", 4 + 2)  # behind the four of u2_3
        # Constant, but a 3×3 convolution reads it; and constant only in each block.
        fix(net, "cenc", 1, CODE)
        for block in range(4):
            fix(net, "u1u3_2", 1 + 6 * block, CODE + block)
        # Dead in three blocks of four; unread below, but not across; and the other way round.
        for channel in (0, 6, 12):
            fix(net, "u1u3_2", channel, -100.0)
        fix(net, "u1u3_2", 18, CODE)
        unread(net, "u1u1_2", 0)
        unread(net, "u4_3", 3)
    return net


def fix(net: QuantNetwork, name: str, channel: int, code: float) -> None:
    """Give an output channel one code everywhere, 0 if `code` is negative."""
    conv = net.convs[name]
    conv.weight[channel] = 0
    conv.bias[channel] = code * net.graph.format_of(f"{name}_relu").step


def unread(net: QuantNetwork, name: str, channel: int, rows: list[int] | None = None) -> None:
    """Let no output channel, or none of `rows`, read an input channel."""
    net.convs[name].weight[slice(None) if rows is None else rows, channel] = 0
