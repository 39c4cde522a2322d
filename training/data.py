"""Batches that depend on nothing but the seed and the step."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from model.config import Training
from stereo_datasets.augment import random_mirror, random_scale_crop
from stereo_datasets.dataset import StereoDataset
from stereo_datasets.pair import StereoPair
from storage.errors import BadInput

CACHED_PAIRS = 256
MAX_DISPARITY = 255.0  # px; KITTI's format ends there, and so does the published supervision


@dataclass(frozen=True)
class Batch:
    """Augmented crops: uint8 images (N, 3, H, W), disparity px and validity (N, 1, H, W)."""

    left: Tensor
    right: Tensor
    disparity: Tensor
    valid: Tensor


class Sampler:
    """Random crops of a data set; batch `step` is the same whenever it is asked for."""

    def __init__(self, dataset: StereoDataset, training: Training, stream: int) -> None:
        if not len(dataset):
            raise BadInput(f"{dataset.name}: no pairs to train on.")
        self.dataset, self.training, self.stream = dataset, training, stream
        self.read = lru_cache(maxsize=CACHED_PAIRS)(dataset.__getitem__)

    def batch(self, step: int) -> Batch:
        """Crops for one optimiser step; raises BadInput for a pair without ground truth."""
        rng = np.random.default_rng([self.training.seed, self.stream, step])
        return collate([self._sample(rng) for _ in range(self.training.batch)])

    def _sample(self, rng: np.random.Generator) -> StereoPair:
        pair = self.read(int(rng.integers(len(self.dataset))))
        if pair.disparity is None:
            raise BadInput(f"{pair.name}: has no ground truth to train on.")
        pair = random_mirror(pair, rng)
        return random_scale_crop(pair, self.training.crop, rng, self.training.max_scale)


def collate(pairs: Sequence[StereoPair]) -> Batch:
    """Pairs of one size as a batch."""
    left, right = (
        torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2)
        for views in ([p.left for p in pairs], [p.right for p in pairs])
    )
    disparity = torch.from_numpy(np.stack([p.disparity for p in pairs]))[:, None]
    valid = torch.from_numpy(np.stack([p.valid for p in pairs]))[:, None]
    return Batch(left, right, disparity, valid & (disparity < MAX_DISPARITY))
