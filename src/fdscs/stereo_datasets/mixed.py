"""Several data sets as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.pair import StereoPair


@dataclass(frozen=True)
class Mixed:
    """The pairs of all `parts`, one part after the other; ids are "kitti2015/000004"."""

    parts: tuple[StereoDataset, ...]

    @property
    def name(self) -> str:
        return "+".join(part.name for part in self.parts)

    def ids(self) -> list[str]:
        return [f"{part.name}/{id_}" for part in self.parts for id_ in part.ids()]

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def __getitem__(self, index: int) -> StereoPair:
        index = range(len(self))[index]
        for part in self.parts:
            if index < len(part):
                return part[index]
            index -= len(part)
        raise IndexError(index)


def mixed(parts: Sequence[StereoDataset]) -> StereoDataset:
    """`parts` as one data set; a single one stays what it is."""
    return parts[0] if len(parts) == 1 else Mixed(tuple(parts))


def spread(dataset: StereoDataset, count: int) -> list[int]:
    """Indices of at most `count` pairs: every part gives the same number, give or take one, evenly
    spread over it, or all it has."""
    lengths = _lengths(dataset)
    each, left = divmod(count, len(lengths))
    picks: list[int] = []
    starts = accumulate([0, *lengths[:-1]])
    for part, (start, length) in enumerate(zip(starts, lengths, strict=True)):
        taken = min(each + (part < left), length)
        picks += [start + round(i * (length - 1) / max(taken - 1, 1)) for i in range(taken)]
    return picks


def draw(dataset: StereoDataset, rng: np.random.Generator) -> int:
    """The index of a random pair; every part counts the same, however many pairs it has."""
    lengths = _lengths(dataset)
    part = int(rng.integers(len(lengths)))
    return sum(lengths[:part]) + int(rng.integers(lengths[part]))


def parts_of(dataset: StereoDataset) -> tuple[StereoDataset, ...]:
    """The data sets that `dataset` mixes; itself where it is one."""
    return dataset.parts if isinstance(dataset, Mixed) else (dataset,)


def _lengths(dataset: StereoDataset) -> list[int]:
    return [len(part) for part in parts_of(dataset)]
