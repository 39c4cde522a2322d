"""ETH3D two-view stereo: gray scenes, laser ground truth in PFM files, infinite where unknown."""

from pathlib import Path

from fdscs.stereo_datasets.dataset import FileDataset
from fdscs.stereo_datasets.images import read_disparity
from fdscs.stereo_datasets.scenes import SceneLayout, find_scenes

LAYOUT = SceneLayout("im0.png", "im1.png", ("disp0GT.pfm",), (), "mask0nocc.png")


def find_eth3d(root: Path) -> FileDataset:
    """Scenes with im0.png and im1.png; disp0GT.pfm and mask0nocc.png where present."""
    return find_scenes(root, "eth3d", LAYOUT, read_disparity)
