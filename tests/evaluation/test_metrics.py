"""EPE, D1 and bad-k by hand."""

import numpy as np
import pytest

from fdscs.evaluation.metrics import average, measure
from fdscs.evaluation.pictures import colour_disparity
from fdscs.storage.errors import BadInput


def test_by_hand() -> None:
    truth = np.array([[10.0, 10.0, 100.0, 50.0, 7.0]])
    found = np.array([[10.5, 13.5, 104.0, 42.0, 0.0]])
    valid = np.array([[True, True, True, True, False]])
    metrics = measure(found, truth, valid)
    # Errors 0.5, 3.5, 4, 8. The third is over 3 px but below 5 % of 100, so it is no D1 outlier.
    assert metrics.values() == (4.0, 50.0, 75.0, 75.0, 75.0)


def test_limits_are_exclusive() -> None:
    truth = np.full((1, 4), 20.0)
    found = truth + np.array([[1.0, 2.0, 3.0, 3.001]])
    assert measure(found, truth, np.ones((1, 4), bool)).values()[1:] == (25.0, 75.0, 50.0, 25.0)


def test_images_count_equally() -> None:
    one = measure(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1), bool))
    two = measure(np.full((1, 9), 3.0), np.ones((1, 9)), np.ones((1, 9), bool))
    assert average([one, two]).epe == 1.0


def test_no_truth_is_an_error() -> None:
    with pytest.raises(BadInput, match=r"^pair 7: no pixel has ground truth"):
        measure(np.ones((2, 2)), np.ones((2, 2)), np.zeros((2, 2), bool), "pair 7")


def test_disparity_picture_has_its_size() -> None:
    assert colour_disparity(np.arange(12.0).reshape(3, 4)).shape == (3, 4, 3)
