"""Archives that KITTI's evaluation server takes.

The development kits ask for the disparity of each test picture's left view in the format of the
ground truth, 16-bit PNG, value = 256·d: KITTI 2015 as disp_0/000000_10.png … 000199_10.png (disp_1
and flow belong to scene flow), KITTI 2012 as 000000_10.png … 000194_10.png in the archive's root.
A value of 0 is "unknown", which the server fills in by itself: every pixel is given at least 1.
"""

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fdscs.evaluation.evaluate import Predictor, predict_pair
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.storage.atomic import replacing
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import track

EDITIONS = {"kitti2015": ("disp_0/", 200), "kitti2012": ("", 195)}  # folder, test pairs
DATE = (1980, 1, 1, 0, 0, 0)  # the same results are the same archive


def write_submission(path: Path, backend: Predictor, pairs: StereoDataset) -> int:
    """Run all test `pairs` and write them as one archive; returns how many pairs are missing.

    Raises BadInput for a data set that KITTI's server does not evaluate, and for no .zip.
    """
    check_submission(path, pairs.name)
    folder, count = EDITIONS[pairs.name]
    with replacing(path) as temporary, ZipFile(temporary, "w", ZIP_STORED) as archive:
        for index in track(range(len(pairs)), f"predicting {pairs.name}"):
            pair = pairs[index]
            data = _png(predict_pair(backend, pair))
            archive.writestr(ZipInfo(f"{folder}{pair.name}_10.png", DATE), data)
    return count - len(pairs)


def check_submission(path: Path, dataset: str) -> None:
    """Raise BadInput where there is no such archive, before any work."""
    if dataset not in EDITIONS:
        raise BadInput(
            f"{dataset}: has no archive to submit; choose --dataset {' or '.join(EDITIONS)}."
        )
    if path.suffix.lower() != ".zip":
        raise BadInput(f"{path}: KITTI's server takes a .zip; name one.")


def _png(disparity: NDArray[Any]) -> bytes:
    values = np.clip(np.floor(256 * disparity.astype(np.float64)), 1, 65_280).astype(np.uint16)
    memory = BytesIO()
    Image.fromarray(values).save(memory, format="PNG")
    return memory.getvalue()
