"""Textures: which pictures they come from, and how they are sampled."""

import numpy as np
import pytest

from fdscs.stereo_datasets import textures
from fdscs.stereo_datasets.textures import MIXTURES, PICTURES, SIDE, Paint, random_paint, tile_bank


def test_the_stereo_pair_is_no_texture():
    assert not [name for name in PICTURES if "motorcycle" in name or "stereo" in name]


def test_tiles_are_reproducible_and_show_something():
    words, means = tile_bank()
    tiles = words.view(np.uint8).reshape(-1, SIDE, SIDE, 4)
    assert len(tiles) == len(means) > 100
    assert np.mean(tiles[..., :3].std((1, 2)).max(1) > 4) > 0.95  # corners of pictures are black
    textures._tiles.cache_clear()
    assert np.array_equal(tile_bank()[0], words)


def test_varied_scenes_have_mixtures_beside_the_first_tiles():
    (words, means), (more, many) = tile_bank(), tile_bank("varied")
    assert np.array_equal(more[: len(words)], words) and len(many) - len(means) == MIXTURES
    mixtures = more[len(words) :].view(np.uint8).reshape(-1, SIDE, SIDE, 4)
    assert np.mean(mixtures[..., :3].std((1, 2)).max(1) > 4) > 0.95


def paint(matrix: list[list[float]], gain: float = 1.0) -> Paint:
    """Tile 0 as it is, but for the gain, about its own mean."""
    mean = tile_bank()[1][:1]
    return Paint(
        np.array([0]), np.array([matrix], np.float32), np.array([gain], np.float32), mean.copy()
    )


def tile() -> np.ndarray:
    return tile_bank()[0].view(np.uint8).reshape(-1, SIDE, SIDE, 4)[0, ..., :3] / 255.0


def test_paint_interpolates_between_texels():
    x, y = np.array([3, 3.5, 10], np.float32), np.array([7, 7, 20.25], np.float32)
    values = paint([[1, 0, 0], [0, 1, 0]]).at(np.zeros(3, np.int16), x, y)
    at = tile()
    expected = [at[7, 3], (at[7, 3] + at[7, 4]) / 2, 0.75 * at[20, 10] + 0.25 * at[21, 10]]
    assert values == pytest.approx(np.array(expected), abs=1e-5)


def test_a_tile_is_continued_by_mirroring():
    x, y = np.array([-3, SIDE + 2], np.float32), np.array([0, -1], np.float32)
    values = paint([[1, 0, 0], [0, 1, 0]]).at(np.zeros(2, np.int16), x, y)
    assert values == pytest.approx(np.stack([tile()[0, 2], tile()[0, SIDE - 3]]), abs=1e-5)


def test_gain_is_about_the_mean():
    x = y = np.array([30], np.float32)
    values = paint([[0, 1, 5], [1, 0, 9]], gain=0.25).at(np.zeros(1, np.int16), x, y)
    mean = tile_bank()[1][0]
    assert values[0] == pytest.approx(mean + 0.25 * (tile()[39, 35] - mean), abs=1e-5)


def test_some_surfaces_have_next_to_no_texture():
    gains = random_paint(np.random.default_rng(1), 2000).gain
    assert 0.08 < np.mean(gains < 0.2) < 0.16
    assert gains.max() > 1
    assert 0.2 < np.mean(random_paint(np.random.default_rng(1), 2000, "varied").gain < 0.2) < 0.3
