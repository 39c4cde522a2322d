"""The integer front end in PyTorch: batches of uint8 images to the codes that the network reads.

The same integers as the reference, computed another way.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from fdscs.model import graph as g
from fdscs.model.cost_volume import Views, integer_costs
from fdscs.model.front_end import census_words, channels_of, pad_even, popcount, shifted

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
    census, u, v = ((maps[k][:, 0], maps[k + 1][:, 0]) for k in (0, 2, 4))
    make = integer_costs if maps[0].device.type == "cpu" else integer_costs_by_tensors
    return make(census, u, v, op.disparities, op.saturation)


def integer_costs_by_tensors(
    census: Views, u: Views, v: Views, disparities: int, saturation: int
) -> Tensor:
    """`fdscs.model.cost_volume.integer_costs` on any device."""
    hamming = popcount(census[0][:, :, None] ^ shifted(census[1], disparities))
    chroma = [
        (left.short()[:, :, None] - shifted(right.short(), disparities)).abs().clamp(max=saturation)
        for left, right in (u, v)
    ]
    return channels_of([cost.to(torch.uint8) for cost in (hamming, *chroma)])
