"""Batches by worker processes, epochs, mirrored pairs."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from fdscs.model.config import Training
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput
from fdscs.training.batches import batches
from fdscs.training.data import Batch, Sampler, Share

TRAINING = Training(crop=(64, 96), batch=2, max_scale=1.2, order="shuffled")
PARTS = ("left", "right", "disparity", "valid")


class Marked:
    """Pairs whose every pixel says which pair it is."""

    name = "marked"

    def __init__(self, count: int) -> None:
        self.count = count

    def ids(self) -> list[str]:
        return [str(index) for index in range(self.count)]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> StereoPair:
        picture = np.full((64, 96, 3), index, np.uint8)
        disparity = np.full((64, 96), 5, np.float32)
        return StereoPair(str(index), picture, picture, disparity, disparity > 0)


class Damaged(Marked):
    """A data set one pair of which cannot be read."""

    def __getitem__(self, index: int) -> StereoPair:
        if index == 1:
            raise BadInput("left/1.png: is damaged.")
        return super().__getitem__(index)


def equal(one: Batch, other: Batch) -> bool:
    return all(torch.equal(getattr(one, part), getattr(other, part)) for part in PARTS)


@pytest.mark.parametrize("workers", [1, 2])
def test_batches_are_the_same_for_any_number_of_workers(
    pairs: SyntheticPairs, workers: int
) -> None:
    alone = [Sampler(pairs, TRAINING, 0).batch(step) for step in range(3, 8)]
    sampler = Sampler(pairs, TRAINING, 0, workers=workers)
    made = list(batches(sampler, range(3, 8), workers))
    assert len(made) == 5 and all(map(equal, made, alone))


def test_making_batches_leaves_the_random_numbers_of_the_process(pairs: SyntheticPairs) -> None:
    before = torch.get_rng_state()
    list(batches(Sampler(pairs, TRAINING, 0), range(2), 0))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_pair_that_cannot_be_read_is_one_sentence(workers: int) -> None:
    with pytest.raises(BadInput) as caught:
        list(batches(Sampler(Damaged(3), TRAINING, 0), range(9), workers))
    assert str(caught.value) == "left/1.png: is damaged."


def test_an_epoch_has_each_pair_once() -> None:
    training = replace(TRAINING, batch=3, max_scale=1.0)
    sampler = Sampler(Marked(5), training, 0)
    seen = [int(pixel) for step in range(10) for pixel in sampler.batch(step).left[:, 0, 0, 0]]
    epochs = [seen[start : start + 5] for start in range(0, 30, 5)]
    assert all(sorted(epoch) == [0, 1, 2, 3, 4] for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) > 3


def test_processes_share_an_epoch() -> None:
    training = replace(TRAINING, batch=4, max_scale=1.0)
    seen = [
        int(pixel)
        for index in range(2)
        for step in range(2)
        for pixel in Sampler(Marked(8), training, 0, Share(index, 2)).batch(step).left[:, 0, 0, 0]
    ]
    assert sorted(seen) == list(range(8))


def test_both_ways_round(pairs: SyntheticPairs) -> None:
    plain, both = (
        Sampler(pairs, replace(TRAINING, mirror=mirror), 0).batch(0) for mirror in ("none", "both")
    )
    assert both.left.shape[0] == 2 * plain.left.shape[0]
    assert torch.equal(both.left[0::2], plain.left) and torch.equal(both.right[0::2], plain.right)
    assert torch.equal(both.left[1::2], plain.right.flip(3))
    assert torch.equal(both.right[1::2], plain.left.flip(3))
    left, right = both.left[1].float(), both.right[1].float()
    rows, columns = torch.nonzero(both.valid[1, 0] & (torch.arange(96) > 40), as_tuple=True)
    at = (columns - both.disparity[1, 0, rows, columns].round()).long()
    matched = (left[:, rows, columns] - right[:, rows, at]).abs().mean()
    unmatched = (left[:, rows, columns] - right[:, rows, columns]).abs().mean()
    assert matched < 0.7 * unmatched, "the mirrored ground truth is not that of the mirrored views"


def test_pairs_without_truth_for_both_views_cannot_be_had_both_ways() -> None:
    with pytest.raises(BadInput, match="cannot be mirrored"):
        Sampler(Marked(2), replace(TRAINING, mirror="both"), 0).batch(0)


SHARED_MEMORY = """
import sys
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput
from fdscs.model.config import Training
from fdscs.training.batches import batches
from fdscs.training.data import Sampler

training = Training(crop=(64, 96), batch=4, max_scale=1.0)
sampler = Sampler(SyntheticPairs(4, (64, 96), 14), training, 0, workers=2)
try:
    print(len(list(batches(sampler, range(4), 2))))
except BadInput as error:
    sys.exit(str(error))
"""
UNSHARED = 'mount -t tmpfs -o size=64k tmpfs /dev/shm && exec "$0" -c "$1"'


def test_too_little_shared_memory_is_one_sentence() -> None:
    """In a mount namespace of its own, where that is allowed, /dev/shm has 64 KiB."""
    unshare = shutil.which("unshare")
    namespace = [unshare or "", "--map-root-user", "--mount"]
    if unshare is None or subprocess.run([*namespace, "true"], capture_output=True).returncode:
        pytest.skip("no mount namespaces here: unshare is missing or not allowed")
    mounted = subprocess.run(
        [*namespace, "sh", "-c", UNSHARED, sys.executable, "pass"], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a namespace of one's own may not mount a tmpfs here")
    command = [*namespace, "sh", "-c", UNSHARED, sys.executable, SHARED_MEMORY]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done
    said = done.stderr.strip().splitlines()
    assert len(said) == 1 and said[0].startswith("there is too little shared memory"), done.stderr
    assert "/dev/shm, 0.0625 MiB in all" in said[0] and "--workers 0" in said[0]


class Deadly(Marked):
    """A data set that kills the process that reads it, as a lack of memory does."""

    def __getitem__(self, index: int) -> StereoPair:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().__getitem__(index)


def test_a_worker_that_is_killed_is_one_sentence() -> None:
    with pytest.raises(BadInput, match="a process that makes batches was killed"):
        list(batches(Sampler(Deadly(3), TRAINING, 0, workers=1), range(2), 1))
