"""Disparities of one pair side by side, as a picture."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fdscs.evaluation.pictures import colour_disparity
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.atomic import replacing


def save_panels(path: Path, pair: StereoPair, disparities: Mapping[str, NDArray[Any]]) -> None:
    """The left view, the ground truth and each of `disparities` by its title, in one colour scale.

    Ground truth that is not known is black. The pair must have some.
    """
    assert pair.disparity is not None and pair.valid is not None
    largest = float(np.percentile(pair.disparity[pair.valid], 99))
    truth = colour_disparity(pair.disparity, largest)
    truth[~pair.valid] = 0
    shown = {"left view": pair.left, "ground truth": truth}
    shown |= {title: colour_disparity(each, largest) for title, each in disparities.items()}
    rows = -(-len(shown) // 2)
    height = rows * (5 * pair.size[0] / pair.size[1] + 0.35)
    figure = Figure(figsize=(10, height), layout="constrained")
    for place, (title, picture) in enumerate(shown.items(), 1):
        axes = figure.add_subplot(rows, 2, place)
        axes.imshow(picture, interpolation="nearest")
        axes.set_title(title, fontsize=11)
        axes.set_axis_off()
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100, metadata={"Software": None})
