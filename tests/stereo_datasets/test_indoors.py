"""Rooms: flush pictures, faces that meet, everything within the stage."""

import numpy as np
import pytest

from fdscs.stereo_datasets import indoors
from fdscs.stereo_datasets.indoors import FLUSH, PIECES, SHARES, indoor_scene
from fdscs.stereo_datasets.scenery import MAX_SLOPE, Stage
from fdscs.stereo_datasets.surfaces import left_view, right_view

STAGE = Stage(64, 128, 0.5, 40.0)


def test_every_piece_keeps_to_the_stage() -> None:
    assert sum(SHARES) == 1 and len(SHARES) == len(PIECES)
    for piece in PIECES:
        for seed in range(30):
            rng = np.random.default_rng(seed)
            surfaces = piece(rng, STAGE, float(rng.uniform(1, STAGE.high)))
            for view in (left_view(surfaces, (64, 128)), right_view(surfaces, (64, 128), 40)):
                seen = view.disparity[view.surface >= 0]
                assert not seen.size or STAGE.low - 1e-3 <= seen.min() <= seen.max() <= 40 + 1e-3
            assert all(abs(each.b) <= MAX_SLOPE + 1e-6 for each in surfaces)


def test_the_faces_of_a_box_meet() -> None:
    for seed in range(20):
        front, side, *_ = indoors._box(np.random.default_rng(seed), STAGE, 20.0)
        edge = np.array([side.x0], np.float32)
        y = np.array([front.y0], np.float32)
        assert front.disparity(edge, y) == pytest.approx(20)
        assert side.disparity(edge, y) == pytest.approx(20)


def test_some_borders_are_no_jumps() -> None:
    flush = [
        other.d0 - wall.d0
        for seed in range(20)
        for wall, *others in [indoor_scene(np.random.default_rng(seed), STAGE)]
        for other in others
        if 0 < other.d0 - wall.d0 < 4 and (other.b, other.c) == (wall.b, wall.c)
    ]
    assert min(flush) < FLUSH + 1e-6 and max(flush) > 1
