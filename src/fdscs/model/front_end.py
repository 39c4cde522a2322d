"""The float front end of the published method: images to normalised costs, in PyTorch.

The integer front end of the datapath is `fdscs.quantization.front_end`.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from fdscs.model.cost_volume import Array, Views, normalised_costs
from fdscs.model.fdscs import COST_MEAN, COST_SCALE

RGB_TO_YUV = (
    (0.299, 0.587, 0.114),
    (-0.14714119, -0.28886916, 0.43601035),
    (0.61497538, -0.51496512, -0.10001026),
)
NEIGHBOURS = [(y, x) for y in range(5) for x in range(5) if (y, x) != (2, 2)]


def pad_even(images: Tensor) -> Tensor:
    """Repeat the first row of an odd height, the first column of an odd width (N, C, H, W)."""
    rows, columns = images.shape[2:]
    return F.pad(images, (columns % 2, 0, rows % 2, 0), mode="replicate")


def float_front_end(left: Tensor, right: Tensor, disparities: int) -> tuple[Tensor, Tensor]:
    """uint8 images (N, 3, H, W) → normalised costs (N, 3·D, h, w), colours −1 … 1 (N, 3, h, w)."""
    averages = [_block_average(view.float() / 255) for view in (left, right)]
    yuv = [_yuv(average) for average in averages]
    census, u, v = (
        (maps(yuv[0]), maps(yuv[1]))
        for maps in (lambda x: census_words(x[:, 0]), lambda x: x[:, 1], lambda x: x[:, 2])
    )
    make = normalised_costs if left.device.type == "cpu" else normalised_costs_by_tensors
    mean, scale = (np.array(each, np.float32) for each in (COST_MEAN, COST_SCALE))
    return make(census, u, v, disparities, mean, scale), averages[0] * 2 - 1


def normalised_costs_by_tensors(
    census: Views, u: Views, v: Views, disparities: int, mean: Array, scale: Array
) -> Tensor:
    """`fdscs.model.cost_volume.normalised_costs` on any device."""
    hamming = popcount(census[0][:, :, None] ^ shifted(census[1], disparities))
    chroma = [(left[:, :, None] - shifted(right, disparities)).abs_() for left, right in (u, v)]
    costs = channels_of([hamming.float(), *chroma])
    means, scales = (
        torch.from_numpy(each).to(costs.device).repeat(disparities)[:, None, None]
        for each in (mean, scale)
    )
    return costs.sub_(means).mul_(scales)


def _block_average(images: Tensor) -> Tensor:
    even = pad_even(images)
    top, bottom = even[:, :, 0::2], even[:, :, 1::2]
    corners = (top[..., 0::2], top[..., 1::2], bottom[..., 0::2], bottom[..., 1::2])
    return (corners[0] + corners[1] + corners[2] + corners[3]) * 0.25


def _yuv(rgb: Tensor) -> Tensor:
    """Fused multiply-adds in the order R, G, B, as the published graph executes.

    Census compares lumas that differ in their last bit, so rounding decides: with separate
    multiplications and additions the disparity of a KITTI pair moves by up to 2.5 px somewhere.
    """
    mix = torch.tensor(RGB_TO_YUV, device=rgb.device).double()[..., None, None]
    red, green, blue = rgb.double().unsqueeze(2).unbind(1)
    total = (red * mix[:, 0]).float().double()
    total = (total + green * mix[:, 1]).float().double()
    return (total + blue * mix[:, 2]).float()


def shifted(right: Tensor, disparities: int) -> Tensor:
    """(N, h, w) → (N, h, D, w): row d holds column x − d at column x; what is left of 0 is 0."""
    windows = F.pad(right, (disparities - 1, 0)).unfold(2, right.shape[2], 1)
    return windows.flip(2)


def channels_of(costs: Sequence[Tensor]) -> Tensor:
    """Three (N, h, D, w) → (N, 3·D, h, w), channel 3·d + k; columns x < d repeat column d."""
    batch, rows, disparities, columns = costs[0].shape
    x, d = (torch.arange(each, device=costs[0].device) for each in (columns, disparities))
    before = x < d[:, None]
    whole = [
        torch.where(before, cost.diagonal(dim1=2, dim2=3).unsqueeze(3), cost) for cost in costs
    ]
    stacked = torch.stack(whole, dim=3).permute(0, 2, 3, 1, 4)  # n, d, k, h, w
    return stacked.reshape(batch, 3 * disparities, rows, columns)


def census_words(luma: Tensor) -> Tensor:
    """24 comparisons centre >= neighbour as an int32 word, (N, h, w); 0 outside the image."""
    rows, columns = luma.shape[1:]
    outside = torch.iinfo(luma.dtype).max if not luma.is_floating_point() else float("inf")
    window = F.pad(luma, (2, 2, 2, 2), value=outside)
    word = torch.zeros(luma.shape, dtype=torch.int32, device=luma.device)
    for bit, (y, x) in enumerate(NEIGHBOURS):
        word |= (luma >= window[:, y : y + rows, x : x + columns]).int() << bit
    return word


def popcount(word: Tensor) -> Tensor:
    """Number of ones in each non-negative int32."""
    word = word - ((word >> 1) & 0x55555555)
    word = (word & 0x33333333) + ((word >> 2) & 0x33333333)
    word = (word + (word >> 4)) & 0x0F0F0F0F
    return word.mul_(0x01010101) >> 24
