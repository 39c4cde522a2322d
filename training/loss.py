"""Losses on the half-resolution disparity, each value standing for a 2×2 block."""

import torch
from torch import Tensor
from torch.nn import functional as F


def disparity_loss(kind: str, half: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    """Loss of `half` (N, 1, h, w) against `truth` (N, 1, H, W) px where `valid`.

    "fdscs": mean of max(1, |error|)^(1/8), as published. "smooth_l1": quadratic below 1 px, a
    fifth, for training from nothing. Every pixel of the ground truth counts.
    """
    rows, columns = truth.shape[2:]
    near = half.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    near = near[:, :, near.shape[2] - rows :, near.shape[3] - columns :]
    if kind == "fdscs":
        each = (near - truth).abs().clamp(min=1).pow(1 / 8)
    else:
        each = F.smooth_l1_loss(near, truth, reduction="none") / 5
    weight = valid.to(each.dtype)
    return (each * weight).sum() / weight.sum().clamp(min=1)


def end_point_error(half: Tensor, truth: Tensor, valid: Tensor) -> float:
    """Mean |error| in px over the valid pixels, by nearest upsampling."""
    with torch.no_grad():
        near = half.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        near = near[:, :, near.shape[2] - truth.shape[2] :, near.shape[3] - truth.shape[3] :]
        error = (near - truth).abs()[valid]
        return float(error.mean()) if error.numel() else 0.0
