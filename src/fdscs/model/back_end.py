"""The float back end: half-resolution disparity to full resolution."""

import torch
from torch import Tensor


def upsample(half: Tensor, rows: int, columns: int) -> Tensor:
    """Bilinear where it is within 1 px of nearest, else nearest: (N, 1, h, w) → (N, 1, H, W).

    Even outputs lie on the samples, odd ones half way to the next; the last sample repeats.
    """
    nearest = half.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    bilinear = _midpoints(_midpoints(half, dim=2), dim=3)
    full = torch.where((nearest - bilinear).abs() < 1, bilinear, nearest)
    return full[:, :, 2 * half.shape[2] - rows :, 2 * half.shape[3] - columns :]


def _midpoints(x: Tensor, dim: int) -> Tensor:
    size = x.shape[dim]
    after = torch.cat([x.narrow(dim, 1, size - 1), x.narrow(dim, size - 1, 1)], dim=dim)
    return torch.stack([x, (x + after) / 2], dim=dim + 1).flatten(dim, dim + 1)
