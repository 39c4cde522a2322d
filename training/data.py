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
from stereo_datasets.mixed import draw
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


@dataclass(frozen=True)
class Share:
    """Which of the processes that share every batch this one is."""

    index: int
    count: int


ALL = Share(0, 1)


class Sampler:
    """Random crops of a data set; batch `step` is the same whenever it is asked for."""

    def __init__(
        self, dataset: StereoDataset, training: Training, stream: int, share: Share = ALL
    ) -> None:
        if not len(dataset):
            raise BadInput(f"{dataset.name}: no pairs to train on.")
        if training.batch % share.count:
            raise BadInput(
                f"training.batch is {training.batch}, which {share.count} processes cannot share "
                "evenly; choose a multiple."
            )
        self.dataset, self.training, self.stream = dataset, training, stream
        self.share = share
        self.needs_truth = training.ground_truth > 0 and not training.distils
        self.read = lru_cache(maxsize=CACHED_PAIRS)(dataset.__getitem__)

    def batch(self, step: int) -> Batch:
        """This process's crops for one optimiser step.

        Raises BadInput for a pair without ground truth where nothing else is to be learnt from.
        """
        share = range(self.share.index, self.training.batch, self.share.count)
        return collate([self._sample(step, index) for index in share])

    def _sample(self, step: int, index: int) -> StereoPair:
        rng = np.random.default_rng([self.training.seed, self.stream, step, index])
        pair = self.read(draw(self.dataset, rng))
        if pair.disparity is None and self.needs_truth:
            raise BadInput(f"{pair.name}: has no ground truth to train on.")
        pair = random_mirror(pair, rng)
        return random_scale_crop(pair, self.training.crop, rng, self.training.max_scale)


def collate(pairs: Sequence[StereoPair]) -> Batch:
    """Pairs of one size as a batch; without ground truth no pixel is valid."""
    left, right = (
        torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2)
        for views in ([p.left for p in pairs], [p.right for p in pairs])
    )
    unknown = np.zeros(pairs[0].size, np.float32)
    truths = [unknown if p.disparity is None else p.disparity for p in pairs]
    masks = [unknown > 0 if p.valid is None else p.valid for p in pairs]
    disparity = torch.from_numpy(np.stack(truths))[:, None]
    valid = torch.from_numpy(np.stack(masks))[:, None]
    return Batch(left, right, disparity, valid & (disparity < MAX_DISPARITY))
