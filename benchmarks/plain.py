"""FDSCS as one would write it down in PyTorch: loops and layers, nothing else.

It computes what `model` computes; the tests hold one against the other.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fdscs.model.config import Architecture
from fdscs.model.fdscs import COST_MEAN, COST_SCALE
from fdscs.model.front_end import RGB_TO_YUV


def front_end(left: Tensor, right: Tensor, disparities: int) -> tuple[Tensor, Tensor]:
    """uint8 images (N, 3, H, W), even sizes → costs (N, 3·D, h, w), colours (N, 3, h, w)."""
    averages = [F.avg_pool2d(view.float() / 255, 2) for view in (left, right)]
    mix = torch.tensor(RGB_TO_YUV)
    yuv = [torch.einsum("kc,nchw->nkhw", mix, each) for each in averages]
    return normalised_costs(*yuv, disparities), averages[0] * 2 - 1


def normalised_costs(left: Tensor, right: Tensor, disparities: int) -> Tensor:
    """YUV of both views (N, 3, h, w) → (cost − mean)·scale (N, 3·D, h, w)."""
    hamming = hamming_costs(census(left[:, 0]), census(right[:, 0]), disparities).float()
    costs = [hamming, *(absolute_costs(left[:, k], right[:, k], disparities) for k in (1, 2))]
    costs = [(c - m) * s for c, m, s in zip(costs, COST_MEAN, COST_SCALE, strict=True)]
    return torch.stack(costs, dim=2).flatten(1, 2)


def integer_costs(maps: list[Tensor], disparities: int, saturation: int) -> Tensor:
    """Census words and chroma codes, six maps (N, h, w) → uint8 (N, 3·D, h, w)."""
    costs = [hamming_costs(maps[0], maps[1], disparities)]
    for left, right in ((maps[2], maps[3]), (maps[4], maps[5])):
        costs.append(absolute_costs(left, right, disparities).clamp(max=saturation))
    return torch.stack(costs, dim=2).flatten(1, 2).to(torch.uint8)


def census(luma: Tensor) -> Tensor:
    """24 comparisons with the neighbours as a word, (N, h, w)."""
    rows, columns = luma.shape[1:]
    window = F.pad(luma, (2, 2, 2, 2), value=float("inf"))
    word = torch.zeros(luma.shape, dtype=torch.int32)
    for y in range(5):
        for x in range(5):
            if (y, x) != (2, 2):
                word = 2 * word + (luma >= window[:, y : y + rows, x : x + columns]).int()
    return word


def hamming_costs(left: Tensor, right: Tensor, disparities: int) -> Tensor:
    """Number of differing bits, (N, D, h, w): a loop over disparities and bits."""
    costs = []
    for d in range(disparities):
        differing = left[:, :, d:] ^ right[:, :, : left.shape[2] - d]
        count = torch.zeros_like(differing)
        for _ in range(24):
            count = count + (differing & 1)
            differing = differing >> 1
        costs.append(repeat_first(count, d))
    return torch.stack(costs, dim=1)


def absolute_costs(left: Tensor, right: Tensor, disparities: int) -> Tensor:
    """|left − right| of every disparity, (N, D, h, w)."""
    width = left.shape[2]
    costs = [(left[:, :, d:] - right[:, :, : width - d]).abs() for d in range(disparities)]
    return torch.stack([repeat_first(cost, d) for d, cost in enumerate(costs)], dim=1)


def repeat_first(cost: Tensor, count: int) -> Tensor:
    """(N, h, w) with its first column `count` times more."""
    return torch.cat([cost[:, :, :1].expand(-1, -1, count), cost], dim=2)


class NormalisedConv(nn.Module):
    """Convolution, batch norm without scale, bias."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-8, momentum=0.05, affine=False)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x)) + self.bias[:, None, None]


class Fdscs(nn.Module):
    """The network from costs to half-resolution disparity, batch norms in the encoder."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        self.convs = nn.ModuleDict()
        width = 3 * architecture.disparities
        for i, channels in enumerate(architecture.encoder):
            self.convs[f"enc{i}"] = NormalisedConv(width, channels, 1)
            width = channels
        for i, channels in enumerate(architecture.context):
            self.convs[f"cenc{i or ''}"] = NormalisedConv(width + 3 * (i == 0), channels, 3)
            width = channels
        levels = architecture.unet
        for level, channels in zip(range(len(levels), 0, -1), levels, strict=True):
            above = width + 3 if level == len(levels) else levels[len(levels) - level - 1]
            self.convs[f"u1u1_{level}"] = nn.Conv2d(above, channels, 3, padding=1)
            self.convs[f"u2_{level}"] = nn.Conv2d(channels, channels, 3, padding=1)
            if level > 1:
                below = levels[len(levels) - level + 1]
                self.convs[f"u1u3_{level}"] = nn.Conv2d(below, 4 * channels, 1)
                self.convs[f"u4_{level}"] = nn.Conv2d(2 * channels, channels, 3, padding=1)
                self.convs[f"u1u5_{level}"] = nn.Conv2d(channels, channels, 3, padding=1)
        self.convs["out"] = nn.Conv2d(levels[0], 1, 1)

    def forward(self, cost: Tensor, rgb: Tensor) -> Tensor:
        """(N, 3·D, h, w), (N, 3, h, w) → (N, 1, h, w) px."""
        x = cost
        for i in range(len(self.architecture.encoder)):
            x = F.relu(self.convs[f"enc{i}"](x))
        x = torch.cat([rgb, x], dim=1)
        for i in range(len(self.architecture.context)):
            x = F.relu(self.convs[f"cenc{i or ''}"](x))
        x = torch.cat([rgb, x], dim=1)
        rows, columns = x.shape[2:]
        levels = len(self.architecture.unet)
        top, left, pads = 0, 0, []
        for size in (columns, rows):
            missing = -size % 2 ** (levels - 1)
            pads += [missing // 2, missing - missing // 2]
        left, top = pads[0], pads[2]
        x = self.level(F.pad(x, pads, mode="reflect"), levels)
        x = x[:, :, top : top + rows, left : left + columns]
        scale, offset = self.architecture.output_scale, self.architecture.output_offset
        return F.relu(scale * self.convs["out"](x) + offset)

    def level(self, x: Tensor, level: int) -> Tensor:
        """One level of the U-Net, and those below."""
        x = F.relu(self.convs[f"u1u1_{level}"](x))
        x = F.relu(self.convs[f"u2_{level}"](x))
        if level == 1:
            return x
        below = F.relu(self.convs[f"u1u3_{level}"](self.level(F.max_pool2d(x, 2), level - 1)))
        blocks = below.unflatten(1, (4, -1)).transpose(1, 2).flatten(1, 2)
        x = torch.cat([x, F.pixel_shuffle(blocks, 2)], dim=1)
        x = F.relu(self.convs[f"u4_{level}"](x))
        return F.relu(self.convs[f"u1u5_{level}"](x))


def train_step(
    net: Fdscs, optimiser: torch.optim.Optimizer, batch: tuple[Tensor, ...]
) -> tuple[float, float]:
    """One step with the published loss; returns it and the EPE in px."""
    left, right, truth, valid = batch
    half = net(*front_end(left, right, net.architecture.disparities))
    disparity = half.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    error = (disparity - truth).abs()[valid]
    loss = error.clamp(min=1).pow(1 / 8).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item(), error.mean().item()
