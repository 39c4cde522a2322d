"""Several data sets as one."""

import numpy as np
import pytest

from fdscs.stereo_datasets.mixed import Mixed, draw, mixed, spread
from fdscs.stereo_datasets.synthetic import SyntheticPairs

SMALL, LARGE = (SyntheticPairs(count, (16, 24), 8, seed) for count, seed in ((2, 0), (6, 1)))
BOTH = Mixed((SMALL, LARGE))


def test_pairs_of_all_parts_in_order() -> None:
    assert len(BOTH) == len(BOTH.ids()) == 8 and BOTH.name == "synthetic+synthetic"
    assert BOTH.ids()[0] == "synthetic/000000"
    for index, pair in ((1, SMALL[1]), (2, LARGE[0]), (-1, LARGE[5])):
        assert np.array_equal(BOTH[index].left, pair.left)
    with pytest.raises(IndexError):
        BOTH[8]
    assert mixed([SMALL]) is SMALL


def test_a_spread_takes_the_same_from_each_part() -> None:
    assert spread(BOTH, 4) == [0, 1, 2, 7]
    assert spread(BOTH, 3) == [0, 1, 2]  # of an odd number the first part gives one more
    assert spread(BOTH, 8) == [0, 1, 2, 4, 5, 7]  # the small part has no more
    assert spread(LARGE, 3) == [0, 2, 5]


def test_parts_are_drawn_alike() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw(BOTH, rng) for _ in range(400)]
    assert set(drawn) == set(range(8))
    assert 150 < sum(index < len(SMALL) for index in drawn) < 250
