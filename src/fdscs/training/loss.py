"""Losses on the half-resolution disparity, each value standing for a 2×2 block."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn import functional as F

from fdscs.model.back_end import upsample

LARGEST = 20.0  # px


def disparity_loss(kind: str, half: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Loss of `half` (N, 1, h, w) against `truth` (N, 1, H, W) px, each pixel by its `weight`.

    "fdscs": mean of max(1, |error|)^(1/8), as published. "smooth_l1": quadratic below 1 px, a
    fifth. "log": mean of log(1 + |error|), for training from nothing: outliers weigh little.
    "fine": mean of log(1 + 2·|error|) behind the back end's upsampling, where the others repeat
    each value. Every image counts the same, so that processes which share a batch have the gradient
    of one.
    """
    rows, columns = truth.shape[2:]
    if kind == "fine":
        each = (2 * (upsample(half, rows, columns) - truth).abs()).log1p()
        return _mean(each, weight)
    near = half.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    near = near[:, :, near.shape[2] - rows :, near.shape[3] - columns :]
    if kind == "fdscs":
        each = (near - truth).abs().clamp(min=1).pow(1 / 8)
    elif kind == "log":
        each = (near - truth).abs().log1p()
    else:
        each = F.smooth_l1_loss(near, truth, reduction="none") / 5
    return _mean(each, weight)


def _mean(each: Tensor, weight: Tensor) -> Tensor:
    """Over the images, of the weighted mean over pixels."""
    weight = weight.to(each.dtype)
    return ((each * weight).sum(dim=(1, 2, 3)) / weight.sum(dim=(1, 2, 3)).clamp(min=1)).mean()


def imitation_loss(half: Tensor, wanted: Tensor) -> Tensor:
    """Loss of a disparity (N, 1, h, w) against the float network's, px.

    Quadratic and linear in equal parts below 1 px, linear above, where it ends at LARGEST: what
    the float network itself gets wrong by that much is noise. A hundredth of the error stays.
    """
    error = (half - wanted).abs()
    near = torch.where(error < 1, 0.5 * error * (error + 1), error)
    return near.clamp(max=LARGEST).mean() + 0.01 * error.mean()


def feature_loss(pairs: Iterable[tuple[Tensor, Tensor]]) -> Tensor:
    """Mean over tensors and images of the squared error relative to the wanted tensor's power."""
    each = []
    for made, wanted in pairs:
        error = (made - wanted).square().flatten(1).mean(dim=1)
        each.append((error / (wanted.square().flatten(1).mean(dim=1) + 1e-6)).mean())
    return torch.stack(each).mean()


def end_point_error(half: Tensor, truth: Tensor, valid: Tensor) -> float:
    """Mean |error| in px over the valid pixels, by nearest upsampling."""
    with torch.no_grad():
        near = half.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        near = near[:, :, near.shape[2] - truth.shape[2] :, near.shape[3] - truth.shape[3] :]
        error = (near - truth).abs()[valid]
        return float(error.mean()) if error.numel() else 0.0
