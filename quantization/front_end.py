"""The integer front end in PyTorch: batches of uint8 images to the codes that the network reads.

The same integers as the reference, computed another way: strided views and bit tricks, no loops.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from model import graph as g
from model.front_end import census_words, channels_of, pad_even, popcount, shifted

TABLE: dict[type[g.Op], Callable[..., Tensor]] = {
    g.BlockSum: lambda op, x: block_sum(x),
    g.ColourMix: lambda op, x: colour_mix(x, op.coefficients, op.shift),
    g.CentredRgb: lambda op, x: centred_rgb(x, op.format.bits),
    g.Census: lambda op, x: census_words(x[:, 0]).unsqueeze(1),
    g.CostVolume: lambda op, *maps: cost_volume(op, *maps),
}


def run_front_end(graph: g.Graph, left: Tensor, right: Tensor) -> dict[str, Tensor]:
    """Every tensor of the front end, by name, for uint8 images (N, 3, H, W)."""
    values = {"left": left, "right": right}
    for node in graph.of_type(*TABLE):
        values[node.name] = TABLE[type(node)](node, *(values[name] for name in node.inputs))
    return values


def network_inputs(graph: g.Graph, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """What the quantised network reads: cost codes and rgb in its real units, both float32."""
    values = run_front_end(graph, left, right)
    return values["cost"].float(), values["rgb"].float() * graph.format_of("rgb").step


def block_sum(pixels: Tensor) -> Tensor:
    """2×2 block sums, (N, 3, H, W) → (N, 3, h, w); odd sizes repeat the first row or column."""
    even = pad_even(pixels.float()).int()  # exact: pixels are below 2^24; replicate needs floats
    batch, channels, rows, columns = even.shape
    blocks = even.reshape(batch, channels, rows // 2, 2, columns // 2, 2)
    return blocks.sum(dim=(3, 5), dtype=torch.int32)


def colour_mix(sums: Tensor, coefficients: tuple[int, int, int], shift: int) -> Tensor:
    """(r·R + g·G + b·B + half) >> shift, (N, 3, h, w) → (N, 1, h, w)."""
    weights = torch.tensor(coefficients, dtype=torch.int32, device=sums.device)[:, None, None]
    mixed = (sums * weights).sum(dim=1, keepdim=True, dtype=torch.int32)
    return (mixed + ((1 << shift) >> 1)) >> shift


def centred_rgb(sums: Tensor, bits: int) -> Tensor:
    """Top `bits` bits of each sum, less mid-grey."""
    return (sums >> (10 - bits)) - (1 << (bits - 1))


def cost_volume(op: g.CostVolume, *maps: Tensor) -> Tensor:
    """Costs of every disparity, six maps (N, 1, h, w) → uint8 (N, 3·D, h, w)."""
    census_left, census_right, u_left, u_right, v_left, v_right = (each[:, 0] for each in maps)
    hamming = popcount(census_left[:, :, None] ^ shifted(census_right, op.disparities))
    chroma = [
        (left[:, :, None] - shifted(right, op.disparities)).abs().clamp(max=op.saturation)
        for left, right in ((u_left.short(), u_right.short()), (v_left.short(), v_right.short()))
    ]
    return channels_of([cost.to(torch.uint8) for cost in (hamming, *chroma)])
