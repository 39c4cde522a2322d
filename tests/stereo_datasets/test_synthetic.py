"""Made-up pairs: reproducible, in range, and true to their own ground truth."""

import numpy as np
import pytest

from fdscs.stereo_datasets.outlines import ConvexPolygon, Everywhere
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.scenery import Scenes
from fdscs.stereo_datasets.surfaces import (
    Surface,
    left_view,
    right_view,
    seen_by_both,
    seen_by_left,
)
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput

SIZE = (96, 192)
KINDS = ["first", "varied", "indoors"]  # "mixed" is the last two
# Mean disparity, left and right value of the first pairs of seed 1, on which `lite` was trained.
WERE = [
    (56.7741, 134.8538, 126.205),
    (37.3913, 95.0776, 98.6403),
    (32.949, 117.0722, 125.1492),
]


def at_right(pair: StereoPair, values: np.ndarray) -> np.ndarray:
    """`values` of the right view, linearly interpolated where each left pixel has its match."""
    height, width = pair.size
    column = np.clip(np.arange(width) - pair.disparity, 0, width - 1)
    start = np.minimum(column.astype(int), width - 2)
    rows, share = np.arange(height)[:, None], column - start
    share = share.reshape(share.shape + (1,) * (values.ndim - 2))
    return values[rows, start] * (1 - share) + values[rows, start + 1] * share


@pytest.mark.parametrize("scenes", KINDS)
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_visible_pixels_match_the_right_view(seed: int, mirrored: bool, scenes: Scenes):
    pair = SyntheticPairs(1, SIZE, 40, seed, photometric=False, scenes=scenes)[0]
    pair = pair.mirrored() if mirrored else pair
    error = np.abs(at_right(pair, pair.right.astype(float)) - pair.left)
    assert error[pair.visible].mean() < 3  # interpolating twice blurs, and edges mix
    assert np.median(error[pair.visible]) < 2
    assert 0.5 < pair.visible.mean() < 1


@pytest.mark.parametrize("scenes", KINDS)
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_both_views_truths_agree_where_visible(seed: int, mirrored: bool, scenes: Scenes):
    pair = SyntheticPairs(1, SIZE, 40, seed, scenes=scenes)[0]
    pair = pair.mirrored() if mirrored else pair
    column = np.arange(SIZE[1]) - pair.disparity
    rows, first = np.arange(SIZE[0])[:, None], np.clip(np.floor(column), 0, SIZE[1] - 2).astype(int)
    beside = np.stack([pair.disparity_right[rows, first], pair.disparity_right[rows, first + 1]])
    # Half a pixel covers what the steepest slope changes from one column to the next.
    same = np.abs(beside - pair.disparity).min(0) < 0.5
    assert same[pair.visible].mean() > 0.998  # all but slivers between two columns
    nearer = beside.max(0) > pair.disparity
    assert nearer[~pair.visible & (column >= 0)].mean() > 0.998
    interpolated = at_right(pair, pair.disparity_right)
    assert np.median(np.abs(interpolated - pair.disparity)[pair.visible]) < 1e-4


@pytest.mark.parametrize("scenes", KINDS)
@pytest.mark.parametrize("max_disparity", [1, 7.5, 64])
def test_disparity_is_dense_and_in_range(max_disparity: float, scenes: Scenes):
    for pair in SyntheticPairs(8, (32, 64), max_disparity, seed=3, scenes=scenes):
        for disparity in (pair.disparity, pair.disparity_right):
            assert disparity.min() > 0 and disparity.max() <= max_disparity
        assert pair.valid.all() and pair.valid_right.all()


def test_disparities_cover_the_range():
    pairs = SyntheticPairs(60, (64, 192), 80, seed=2)
    disparity = np.concatenate([pair.disparity.ravel() for pair in pairs])
    shares = np.histogram(disparity, bins=8, range=(0, 80))[0] / disparity.size
    assert shares.min() > 0.02 and shares.max() < 0.4


def test_large_disparities_are_as_frequent_in_varied_scenes():
    pairs = SyntheticPairs(60, (64, 192), 80, seed=2, scenes="varied")
    disparity = np.concatenate([pair.disparity.ravel() for pair in pairs])
    shares = np.histogram(disparity, bins=4, range=(0, 80))[0] / disparity.size
    assert shares.min() > 0.15


def test_the_first_scenes_are_what_they_were():
    means = [
        (pair.disparity.mean(), pair.left.mean(), pair.right.mean())
        for pair in SyntheticPairs(3, (128, 448), 94, seed=1)
    ]
    assert means == [pytest.approx(each, rel=1e-4) for each in WERE]


def test_a_pair_made_anew_is_the_same():
    pairs = SyntheticPairs(3, SIZE, 40, 1)
    kept, made = pairs[1], pairs.make(1)
    assert kept is pairs[1] and kept is not made
    assert np.array_equal(kept.left, made.left) and np.array_equal(kept.right, made.right)
    large = SyntheticPairs(1, (256, 512))
    assert large[0] is not large[0]  # too large to keep


def test_a_pair_depends_on_its_index_alone():
    few, many = SyntheticPairs(3, SIZE, 40, 1), SyntheticPairs(9, SIZE, 40, 1)
    assert few.ids() == ["000000", "000001", "000002"]
    assert np.array_equal(few[2].left, many[2].left) and np.array_equal(
        few[-1].right, many[2].right
    )
    assert not np.array_equal(few[0].left, few[1].left)
    assert not np.array_equal(few[0].left, SyntheticPairs(3, SIZE, 40, 2)[0].left)
    with pytest.raises(IndexError):
        few[3]


def test_photometric_differences_leave_the_scene():
    plain, seen = (SyntheticPairs(1, SIZE, 40, 1, photometric=p)[0] for p in (False, True))
    assert np.array_equal(plain.disparity, seen.disparity)
    assert not np.array_equal(plain.right, seen.right)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count is 0 and seed 0"),
        ({"count": 1, "seed": -1}, "a seed of at least 0"),
        ({"count": 1, "size": (4, 512)}, "size is 4x512; it must be at least 8x8"),
        ({"count": 1, "max_disparity": 600}, "max_disparity is 600 px; .* the width, 512 px"),
    ],
)
def test_parameters_are_checked(options: dict, message: str):
    with pytest.raises(BadInput, match=message):
        SyntheticPairs(**options)


def wall_and_box() -> list[Surface]:
    """A wall at 1 px and, before it, a box over left columns 4 … 6 of row 0 at 3 px."""
    corners = np.array([[3.5, -0.5], [6.5, -0.5], [6.5, 0.5], [3.5, 0.5]], np.float32)
    return [
        Surface(Everywhere(), 0, 0, 1, 0, 0),
        Surface(ConvexPolygon(corners), 5, 0, 3, 0, 0),
    ]


def test_views_and_occlusion_by_hand():
    surfaces = wall_and_box()
    left, right = left_view(surfaces, (2, 9)), right_view(surfaces, (2, 9), 4)
    assert left.disparity.tolist() == [[1, 1, 1, 1, 3, 3, 3, 1, 1], [1] * 9]
    assert right.disparity.tolist() == [[1, 3, 3, 3, 1, 1, 1, 1, 1], [1] * 9]
    assert left.surface[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 0, 0]
    # Column 0 falls outside; the wall at 2 and 3 falls behind the box at right columns 1 and 2.
    visible = seen_by_both(surfaces, left, 4)
    assert visible.astype(int).tolist() == [[0, 1, 0, 0, 1, 1, 1, 1, 1], [0] + [1] * 8]
    # The right picture's wall at 4 and 5 lies behind the box at left columns 5 and 6.
    visible = seen_by_left(surfaces, right, 4)
    assert visible.astype(int).tolist() == [[1, 1, 1, 1, 0, 0, 1, 1, 0], [1] * 8 + [0]]


def test_a_curved_surface_is_the_same_from_both_sides():
    for e in (0.004, -0.004):
        surface = Surface(Everywhere(), 10, 5, 8, b=0.1, c=-0.1, e=e, f=0.01)
        x, y = (
            np.linspace(-20, 40, 61, dtype=np.float32)[None],
            np.array([[0.0], [9.0]], np.float32),
        )
        disparity = surface.disparity(x, y)
        t, s = x - 10, y - 5
        assert disparity == pytest.approx(8 + 0.1 * t - 0.1 * s + e * t**2 + 0.01 * s**2, abs=1e-5)
        assert surface.left_column(x - disparity, y) == pytest.approx(
            np.broadcast_to(x, disparity.shape), abs=1e-3
        )


def test_a_curved_surface_ends_where_the_right_camera_sees_none_of_it():
    surface = Surface(Everywhere(), 0, 0, 0, e=0.01)  # 0.01·t² − t + u = 0 has no solution u > 25
    columns = surface.left_column(np.array([24.0, 26.0], np.float32), np.zeros(1, np.float32))
    assert columns[0] == pytest.approx(40, abs=1e-3) and np.isnan(columns[1])


def test_a_slanted_surface_is_the_same_from_both_sides():
    surface = Surface(Everywhere(), 10, 5, 8, 0.25, -0.1)
    x, y = np.array([[3.0, 12.0]], np.float32), np.array([[0.0], [9.0]], np.float32)
    disparity = surface.disparity(x, y)
    assert disparity == pytest.approx(np.array([[6.75, 9.0], [5.85, 8.1]]))
    assert surface.left_column(x - disparity, y) == pytest.approx(
        np.broadcast_to(x, (2, 2)), abs=1e-5
    )


def test_mixed_scenes_draw_their_largest_disparity_where_it_is_large() -> None:
    large = [SyntheticPairs(9, (64, 256), 200, 3, scenes="mixed").make(i) for i in range(9)]
    largest = [float(pair.disparity.max()) for pair in large]
    assert max(largest) > 120
    assert sorted(largest)[4] < 130  # the median's
    small = SyntheticPairs(1, (64, 256), 96, 3, scenes="mixed").make(0)
    assert small.disparity.max() <= 96
