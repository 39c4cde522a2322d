"""Middlebury stereo 2003 to 2021: indoor scenes with dense ground truth, one folder each.

2003 stores disparity as 8-bit PNG, value = scale × px; the scale depends on scene and size:

| scene | folder | scale |
|---|---|---|
| cones, teddy, quarter size | cones, teddy, conesQ, teddyQ | 4 |
| cones, teddy, half size | conesH, teddyH | 2 |
| cones, teddy, full size | conesF, teddyF | 1 |
| venus (2001) | venus | 8 |
| tsukuba | tsukuba | 16 |

2014 stores PFM files in px, infinite where unknown.
"""

from functools import partial
from pathlib import Path

from fdscs.stereo_datasets.dataset import FileDataset
from fdscs.stereo_datasets.images import read_disparity, read_scaled_disparity
from fdscs.stereo_datasets.pair import Disparity, Mask
from fdscs.stereo_datasets.scenes import SceneLayout, find_scenes
from fdscs.storage.errors import BadInput

SCALES = {"tsukuba": 16, "venus": 8}
SCALES |= {
    scene + size: scale
    for scene in ("cones", "teddy")
    for size, scale in (("", 4), ("Q", 4), ("H", 2), ("F", 1))
}
LAYOUT_2003 = SceneLayout("im2.png", "im6.png", ("disp2.png",), ("disp6.png",), "nonocc.png")
LAYOUT_2006 = SceneLayout("view1.png", "view5.png", ("disp1.png",), ("disp5.png",), "nonocc.png")
FULL_ROWS = 1110
LAYOUT_2014 = SceneLayout(
    "im0.png", "im1.png", ("disp0.pfm", "disp0GT.pfm"), ("disp1.pfm",), "mask0nocc.png"
)


def find_middlebury2003(root: Path, scale: float | None = None) -> FileDataset:
    """Scenes with im2.png and im6.png; disp2.png, disp6.png and nonocc.png where present.

    Without `scale`, reading a scene that the table of scales does not know raises BadInput.
    """
    return find_scenes(root, "middlebury2003", LAYOUT_2003, partial(_read_2003, scale=scale))


def find_middlebury2014(root: Path) -> FileDataset:
    """Scenes with im0.png and im1.png; disp0.pfm (or the evaluation kit's disp0GT.pfm), disp1.pfm
    and mask0nocc.png where present.
    """
    return find_scenes(root, "middlebury2014", LAYOUT_2014, read_disparity)


def find_middlebury2021(root: Path) -> FileDataset:
    """Middlebury 2021, named as 2014: im0.png, im1.png, disp0.pfm and disp1.pfm."""
    return find_scenes(root, "middlebury2021", LAYOUT_2014, read_disparity)


def find_middlebury2006(root: Path) -> FileDataset:
    """Middlebury 2005 and 2006: view1.png and view5.png; disp1.png and disp5.png where present.

    Pictures of full size have 1110 rows; the scale of the disparities is 1 for them, 2 for those
    of half size and 3 for those of a third.
    """
    return find_scenes(root, "middlebury2006", LAYOUT_2006, _read_2006)


def _read_2006(path: Path) -> tuple[Disparity, Mask]:
    disparity, _ = read_scaled_disparity(path, 1)
    scale = round(FULL_ROWS / disparity.shape[0], 1)
    if scale not in (1.0, 2.0, 3.0):
        raise BadInput(
            f"{path}: has {disparity.shape[0]} rows; the scale is known of {FULL_ROWS} rows, half "
            "and a third of them: take one of these, or a list with a scale."
        )
    return read_scaled_disparity(path, scale)


def _read_2003(path: Path, scale: float | None = None) -> tuple[Disparity, Mask]:
    if scale is not None:
        return read_scaled_disparity(path, scale)
    scene = path.parent.name
    if scene not in SCALES:
        raise BadInput(
            f"{path}: the disparity scale of a scene called {scene!r} is not known; "
            f"give it (--scale), or name its folder as one of {', '.join(sorted(SCALES))}."
        )
    return read_scaled_disparity(path, SCALES[scene])
