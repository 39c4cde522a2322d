"""Batches that depend on nothing but the seed and the step."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fdscs.model.config import Training
from fdscs.stereo_datasets.augment import random_mirror, random_scale_crop
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.mixed import draw, spread
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.plausibility import misfit
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import track

CHECKED_PAIRS = 32  # of which the ground truth is looked at before the first step
CACHED_PAIRS = 256  # of all workers together
SHUFFLE = 2**32 - 1  # in place of an index within a batch, for the order of an epoch
NEAR, JUMP = 4, 5.0  # px
MAX_DISPARITY = 255.0  # px; KITTI's format ends there, and so does the published supervision


@dataclass(frozen=True)
class Batch:
    """Augmented crops: uint8 images (N, 3, H, W), disparity px and validity (N, 1, H, W).

    `weight`, float32, says how much each pixel counts in the loss: 0 where it is not valid.
    """

    left: Tensor
    right: Tensor
    disparity: Tensor
    valid: Tensor
    weight: Tensor


@dataclass(frozen=True)
class Share:
    """Which of the processes that share every batch this one is."""

    index: int
    count: int


ALL = Share(0, 1)


def check_truth(dataset: StereoDataset) -> None:
    """Raise BadInput where the ground truth of CHECKED_PAIRS pairs is not fit to learn from.

    That is where that of one cannot belong to it, and where no pixel of any has one. The pairs are
    evenly spread over every part of `dataset`. Those without ground truth are for others to judge.
    """
    empty, known = [], 0
    for index in track(spread(dataset, CHECKED_PAIRS), f"checking {dataset.name}"):
        pair = dataset[index]
        if pair.disparity is None or pair.valid is None:
            continue
        if not (pair.valid & (pair.disparity < MAX_DISPARITY)).any():
            empty.append(pair.name)
            continue
        known += 1
        why = misfit(pair)
        if why:
            raise BadInput(
                f"{pair.name}: the ground truth cannot be this pair's: {why}. Mend it, leave the "
                "pair out, or train on it with --trust-truth."
            )
    if empty and not known:
        raise BadInput(
            f"{empty[0]}: no pixel has a true disparity from 0 to {MAX_DISPARITY:g} px, nor has "
            f"one in any of {len(empty)} pairs; give others."
        )


class Sampler:
    """Random crops of a data set; batch `step` is the same whenever it is asked for."""

    def __init__(
        self,
        dataset: StereoDataset,
        training: Training,
        stream: int,
        share: Share = ALL,
        workers: int = 0,
    ) -> None:
        if not len(dataset):
            raise BadInput(f"{dataset.name}: no pairs to train on; choose some.")
        if training.batch % share.count:
            raise BadInput(
                f"training.batch is {training.batch}, which {share.count} processes cannot share "
                "evenly; choose a multiple."
            )
        self.dataset, self.training, self.stream = dataset, training, stream
        self.share, self.workers = share, workers
        self.needs_truth = training.ground_truth > 0 and not training.distils
        self.fresh, read = 0.0, dataset.__getitem__
        if isinstance(dataset, SyntheticPairs):
            self.fresh, read = training.synthetic_fresh, dataset.pair
        self.read = lru_cache(maxsize=CACHED_PAIRS // max(workers, 1))(read)
        self.shuffled = lru_cache(maxsize=2)(self._shuffled)

    def batch(self, step: int) -> Batch:
        """This process's crops for one optimiser step.

        Raises BadInput for a pair without ground truth where nothing else is to be learnt from.
        """
        share = range(self.share.index, self.training.batch, self.share.count)
        pairs = [self._sample(step, index) for index in share]
        if self.training.mirror == "both":
            pairs = [each for pair in pairs for each in (pair, pair.mirrored())]
        return collate(pairs, self.training.hidden, self.training.edges)

    def _sample(self, step: int, index: int) -> StereoPair:
        rng = np.random.default_rng([self.training.seed, self.stream, step, index])
        pair = self.read(self._choose(step, index, rng))
        if pair.disparity is None and self.needs_truth:
            raise BadInput(f"{pair.name}: has no ground truth to train on; leave it out.")
        if self.training.mirror == "random":
            pair = random_mirror(pair, rng)
        return random_scale_crop(pair, self.training.crop, rng, self.training.max_scale)

    def _choose(self, step: int, index: int, rng: np.random.Generator) -> int:
        if self.training.order == "drawn":
            return int(self.fresh * step) + draw(self.dataset, rng)
        epoch, at = divmod(step * self.training.batch + index, len(self.dataset))
        return int(self.shuffled(epoch)[at])

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        rng = np.random.default_rng([self.training.seed, self.stream, epoch, SHUFFLE])
        return rng.permutation(len(self.dataset))


def collate(pairs: Sequence[StereoPair], hidden: float = 1.0, edges: float = 0.0) -> Batch:
    """Pairs of one size as a batch; without ground truth no pixel is valid.

    Pixels known to be hidden from the right camera count as `hidden`, others as 1, and 1 + `edges`
    times that where the disparity jumps close by.
    """
    left, right = (
        torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2)
        for views in ([p.left for p in pairs], [p.right for p in pairs])
    )
    unknown = np.zeros(pairs[0].size, np.float32)
    truths = [unknown if p.disparity is None else p.disparity for p in pairs]
    masks = [unknown > 0 if p.valid is None else p.valid for p in pairs]
    disparity = torch.from_numpy(np.stack(truths))[:, None]
    valid = torch.from_numpy(np.stack(masks))[:, None]
    valid &= disparity < MAX_DISPARITY
    weight = valid.float()
    if hidden != 1:
        seen = [
            mask | True if p.visible is None else p.visible
            for p, mask in zip(pairs, masks, strict=True)
        ]
        weight[~torch.from_numpy(np.stack(seen))[:, None]] *= hidden
    if edges:
        weight *= 1 + edges * near_jumps(disparity, valid)
    return Batch(left, right, disparity, valid, weight)


def near_jumps(disparity: Tensor, valid: Tensor) -> Tensor:
    """Where valid disparities (N, 1, H, W) within NEAR px differ by more than JUMP px, bool."""
    side = 2 * NEAR + 1

    def largest(values: Tensor) -> Tensor:
        rows = F.max_pool2d(values.masked_fill(~valid, -torch.inf), (side, 1), 1, (NEAR, 0))
        return F.max_pool2d(rows, (1, side), 1, (0, NEAR))

    return largest(disparity) + largest(-disparity) > JUMP
