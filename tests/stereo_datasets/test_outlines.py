"""Outlines: what they cover, by hand and against their boxes."""

import numpy as np
import pytest

from fdscs.stereo_datasets.outlines import Bars, Blob, ConvexPolygon, Ellipse, Frame, Outline, Wire

Y, X = np.mgrid[0:100, 0:120].astype(np.float32)


def square(half: float) -> ConvexPolygon:
    """A square about (50, 40)."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half + (50, 40)
    return ConvexPolygon(corners.astype(np.float32))


def test_an_ellipse_fills_its_box():
    ellipse = Ellipse(50, 40, 20, 10, 0.5)
    rows, columns = np.nonzero(ellipse.covers(X, Y))
    limits = (columns.min(), rows.min(), columns.max(), rows.max())
    assert limits == pytest.approx(ellipse.box, abs=1)
    assert len(rows) == pytest.approx(np.pi * 20 * 10, rel=0.02)


def test_bars_of_a_fence():
    fence = Bars(x0=50, y0=40, a=20, b=5, angle=0, count=4, filled=0.5)
    covered = fence.covers(X, Y)
    # Four bars of 5 px from column 30, 10 px apart, over rows 35 to 45; the last column is a bar's.
    assert np.flatnonzero(covered[40]).tolist() == [
        *range(30, 36), *range(40, 46), *range(50, 56), *range(60, 66), 70
    ]  # fmt: skip
    assert np.flatnonzero(covered[:, 32]).tolist() == list(range(35, 46))


def test_a_wire_follows_its_wave():
    wire = Wire(x0=50, y0=40, a=40, b=20.5, angle=0, waves=1, phase=0, thickness=0.1)
    covered = wire.covers(X, Y)
    # sin(π · along) · (1 − thickness): the middle of the long axis, and half way to its right end.
    assert np.flatnonzero(covered[:, 50]).tolist() == [38, 39, 40, 41, 42]
    assert np.flatnonzero(covered[:, 70]).tolist() == [57, 58, 59, 60]


def test_a_blob_without_waves_is_an_ellipse():
    blob = Blob(50, 40, 20, 10, 0.3, heights=(0.0, 0.0), phases=(1.0, 2.0))
    assert np.array_equal(blob.covers(X, Y), Ellipse(50, 40, 20, 10, 0.3).covers(X, Y))


def test_a_frame_leaves_its_inside_free():
    covered = Frame(square(20), square(15)).covers(X, Y)
    assert covered.sum() == 41 * 41 - 31 * 31
    assert not covered[40, 50] and covered[40, 32]


@pytest.mark.parametrize(
    "outline",
    [
        Ellipse(50, 40, 20, 10, 0.5),
        Blob(50, 40, 20, 10, 0.5, (0.3, -0.4, 0.2), (0.1, 2.0, 4.0)),
        Bars(50, 40, 20, 10, 0.5, 5, 0.4),
        Wire(50, 40, 20, 10, 2.5, 1.5, 0.7, 0.2),
        Frame(square(20), square(15)),
    ],
    ids=lambda outline: type(outline).__name__,
)
def test_nothing_is_covered_outside_the_box(outline: Outline):
    left, top, right, bottom = outline.box
    outside = (left > X) | (right < X) | (top > Y) | (bottom < Y)
    covered = outline.covers(X, Y)
    assert covered.sum() > 100 and not covered[outside].any()
