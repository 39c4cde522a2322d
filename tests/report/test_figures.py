"""Pictures of the page."""

import numpy as np

from fdscs.evaluation.pictures import KITTI_ERROR_COLOURS
from fdscs.report.figures import LARGEST, error_legend, thinned, widened


def test_sparse_errors_are_widened_to_their_four_neighbours() -> None:
    picture, valid = np.zeros((5, 5, 3), np.uint8), np.zeros((5, 5), bool)
    picture[1, 1], picture[1, 2] = (10, 20, 30), (40, 5, 6)
    valid[1, 1:3] = True
    wide = widened(picture, valid)
    assert np.array_equal(wide[valid], picture[valid])
    assert wide[0, 1].tolist() == wide[2, 1].tolist() == wide[1, 0].tolist() == [10, 20, 30]
    assert wide[1, 3].tolist() == [40, 5, 6]
    assert not wide[3:].any() and not wide[0, 0].any()


def test_legend() -> None:
    starts = ["0", "0.19", "0.38", "0.75", "1.5", "3", "6", "12", "24", "48"]
    assert [text for _, text in error_legend()] == starts
    assert len(KITTI_ERROR_COLOURS) == len(starts)


def test_large_pictures_are_thinned() -> None:
    picture = np.arange(3 * LARGEST + 1)[None].repeat(2, 0)
    assert thinned(picture).shape == (1, -(-(3 * LARGEST + 1) // 4))
    assert thinned(np.zeros((5, LARGEST))).shape == (5, LARGEST)
