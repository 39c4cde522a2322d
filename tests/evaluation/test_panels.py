"""The picture that shows a pair's disparities side by side."""

from pathlib import Path

import numpy as np
from PIL import Image

from fdscs.evaluation.panels import save_panels
from fdscs.stereo_datasets.synthetic import SyntheticPairs


def test_the_panels_are_one_picture(tmp_path: Path):
    pair = SyntheticPairs(1, (64, 128), 20)[0]
    pictures = []
    for name, shown in (("one", pair.disparity), ("two", np.zeros_like(pair.disparity))):
        save_panels(tmp_path / f"{name}.png", pair, {"a": pair.disparity, "b": shown})
        pictures.append(np.asarray(Image.open(tmp_path / f"{name}.png")).astype(int))
    height, width = pictures[0].shape[:2]
    assert width == 1000 and 500 < height < 700
    rows, columns = np.nonzero((pictures[0] != pictures[1]).any(-1))
    # Only the last panel, at the bottom right, differs.
    assert rows.min() > height / 2 - 5 and columns.min() > width / 2 - 5
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one.png", "two.png"]
