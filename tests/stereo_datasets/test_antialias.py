"""Pixels that edges cross: what they are a mixture of."""

import numpy as np
import pytest

from fdscs.stereo_datasets.antialias import SAMPLES, edge_samples
from fdscs.stereo_datasets.outlines import ConvexPolygon, Everywhere
from fdscs.stereo_datasets.surfaces import Surface, left_view, right_view

EDGE = 4.25  # the box begins there, so that column 4 shows a quarter of it, and 5 all


def wall_and_box() -> list[Surface]:
    """A wall at 1 px and before it, from column 4.25 to 7.6, a box at 3 px."""
    corners = np.array([[EDGE, -9], [7.6, -9], [7.6, 9], [EDGE, 9]], np.float32)
    return [Surface(Everywhere(), 0, 0, 1), Surface(ConvexPolygon(corners), 5, 0, 3)]


def test_samples_lie_evenly_within_a_pixel() -> None:
    for axis in (0, 1):
        assert sorted(each[axis] for each in SAMPLES) == [-0.375, -0.125, 0.125, 0.375]


@pytest.mark.parametrize(("right", "moved"), [(False, 0), (True, 3)])
def test_a_pixel_has_the_share_of_what_covers_it(right: bool, moved: int) -> None:
    surfaces, size = wall_and_box(), (3, 12)
    view = right_view(surfaces, size, 4) if right else left_view(surfaces, size)
    samples = edge_samples(surfaces, view, right)
    assert np.flatnonzero(samples.pixels[1]).tolist() == [
        4 - moved,
        5 - moved,
        7 - moved,
        8 - moved,
    ]
    assert samples.surface.shape == samples.column.shape == samples.row.shape == (4 * 3 * 4,)
    box = samples.mean((samples.surface == 1).astype(np.float32)[:, None])
    assert box.reshape(3, 4).tolist() == [[0.25, 1, 1, 0]] * 3


def test_columns_are_those_of_the_left_picture() -> None:
    surfaces = wall_and_box()
    samples = edge_samples(surfaces, right_view(surfaces, (3, 12), 4), right=True)
    column = samples.mean(samples.column[:, None]).reshape(3, 4)[1]
    # Of column 1 a quarter shows the box, 3 px to the right, the rest the wall, 1 px to the right.
    assert column == pytest.approx([1 + 0.25 * 3 + 0.75 * 1, 2 + 3, 4 + 3, 5 + 1])
