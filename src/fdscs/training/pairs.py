"""The pairs of a run."""

from dataclasses import dataclass

from fdscs.stereo_datasets.dataset import StereoDataset


@dataclass(frozen=True)
class Data:
    """What a run learns from and what it is validated on."""

    train: StereoDataset
    validation: StereoDataset
