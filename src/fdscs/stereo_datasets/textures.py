"""Textures: tiles cut from scikit-image's pictures and procedural ones, laid on surfaces.

The stereo pair that scikit-image ships is none of them, so that it stays unseen.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fdscs.stereo_datasets.pair import Picture
from fdscs.stereo_datasets.scenery import Scenes
from fdscs.storage.extras import needed_by

Array = NDArray[np.float32]
SIDE = 256
PICTURES = (
    "astronaut", "brick", "camera", "cell", "chelsea", "clock", "coffee", "coins", "grass",
    "gravel", "hubble_deep_field", "immunohistochemistry", "moon", "page", "retina", "rocket",
    "text",
)  # fmt: skip
NOISES, PATTERNS = 64, 24
MIXTURES = 320  # more tiles, of "varied" scenes


@dataclass(frozen=True)
class Paint:
    """How each of n surfaces is painted: value = base + gain · (tile − its mean), 0 … 1.

    `matrix` (n, 2, 3) takes (x, y, 1) of the left picture to column and row of the tile, which is
    continued by mirroring.
    """

    tile: NDArray[np.intp]  # (n,)
    matrix: Array
    gain: Array  # (n,)
    base: Array  # (n, 3)
    scenes: Scenes = "first"  # whose tiles

    def at(self, surface: NDArray[np.int16], x: Array, y: Array) -> Array:
        """Colours (n, 3) of points (n,) of the surfaces with these indices; bilinear."""
        words, means = tile_bank(self.scenes)
        matrix = self.matrix.reshape(-1, 6)[surface]
        column = matrix[:, 0] * x + matrix[:, 1] * y + matrix[:, 2]
        row = matrix[:, 3] * x + matrix[:, 4] * y + matrix[:, 5]
        first_column, first_row = np.floor(column), np.floor(row)
        right, down = (column - first_column)[:, None], (row - first_row)[:, None]
        columns, rows = _mirrored(first_column), _mirrored(first_row)
        tile = (self.tile * SIDE * SIDE)[surface]
        above, below = ((tile + each * SIDE) for each in rows)
        upper = _mixed(words, above + columns[0], above + columns[1], right)
        lower = _mixed(words, below + columns[0], below + columns[1], right)
        upper += (lower - upper) * down
        gain = self.gain[:, None]
        offset = self.base - gain * means[self.tile]
        values: Array = upper[:, :3]
        values *= (gain / np.float32(255))[surface]
        values += offset[surface]
        return values


def random_paint(rng: np.random.Generator, count: int, scenes: Scenes = "first") -> Paint:
    """Paint for `count` surfaces: any tile, turned, scaled, and of any contrast and brightness.

    One surface in eight has next to no texture, as roads, walls and the sky do; of "varied" scenes
    one in four has little or none, of those indoors two in five.
    """
    means = tile_bank(scenes)[1]
    tile = rng.integers(0, len(means), count)
    scale = np.exp(rng.uniform(np.log(0.3), np.log(1.3), count))
    upright = rng.random(count) < 0.7
    angle = np.where(upright, rng.normal(0, 0.2, count), rng.uniform(0, 2 * np.pi, count))
    stretch = rng.uniform(0.75, 1.3, (count, 2)) * rng.choice([-1, 1], (count, 2))
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.empty((count, 2, 3), np.float32)
    matrix[:, 0] = np.stack([cos, -sin, rng.uniform(0, SIDE, count)], 1)
    matrix[:, 1] = np.stack([sin, cos, rng.uniform(0, SIDE, count)], 1)
    matrix[:, :, :2] *= stretch[:, :, None]
    gain = rng.uniform(0.3, 1.2, count)
    faint = {"first": 0.12, "varied": 0.25}.get(scenes, 0.4)
    gain = np.where(rng.random(count) < faint, rng.uniform(0.02, 0.2, count), gain)
    plain = rng.uniform(0.08, 0.85, (count, 1)) + rng.normal(0, 0.07, (count, 3))
    own = rng.choice([0.0, 0.7], count)[:, None]
    base = own * means[tile] + (1 - own) * plain
    return Paint(tile, matrix, gain.astype(np.float32), base.astype(np.float32), scenes)


def tile_bank(scenes: Scenes = "first") -> tuple[NDArray[np.uint32], Array]:
    """All tiles, flat, one RGB0 word a texel, and their mean colours (n, 3), 0 … 1.

    All but the "first" scenes have mixtures of two beside them.
    """
    return _tiles(mixtures=scenes != "first")


@lru_cache(maxsize=2)
def _tiles(mixtures: bool) -> tuple[NDArray[np.uint32], Array]:
    rng = np.random.default_rng(2020)
    tiles = [tile for name in PICTURES for tile in _cut(_picture(name))]
    tiles += [_noise_tile(rng) for _ in range(NOISES)]
    tiles += [_pattern_tile(rng, index) for index in range(PATTERNS)]
    if mixtures:
        tiles += [_mixture(rng, tiles) for _ in range(MIXTURES)]
    stacked = np.zeros((len(tiles), SIDE, SIDE, 4), np.uint8)
    stacked[..., :3] = tiles
    means = stacked[..., :3].mean((1, 2)).astype(np.float32) / np.float32(255)
    return stacked.view(np.uint32).reshape(-1), means


def _mirrored(index: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Texel `index` and its next, of a tile that is mirrored without end."""
    first = index.astype(np.intp)
    both = []
    for each in (first, first + 1):
        within = each & (2 * SIDE - 1)
        both.append(np.minimum(within, 2 * SIDE - 1 - within))
    return both[0], both[1]


def _mixed(
    words: NDArray[np.uint32], first: NDArray[np.intp], second: NDArray[np.intp], share: Array
) -> Array:
    """Texels (n, 4) between two, 0 … 255."""
    start, end = (
        words[each].view(np.uint8).reshape(-1, 4).astype(np.float32) for each in (first, second)
    )
    start += (end - start) * share
    return start


def _picture(name: str) -> Picture:
    """A picture of scikit-image's, as RGB."""
    with needed_by("making synthetic pairs"):
        import skimage.data  # imported when needed: it is slow to import

    picture = np.asarray(getattr(skimage.data, name)())
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, 2)
    return picture[..., :3]


def _cut(picture: Picture) -> list[Picture]:
    """Up to four tiles of full resolution, and up to two of half."""
    tiles = []
    even = picture[: len(picture) // 2 * 2, : picture.shape[1] // 2 * 2].astype(np.uint16)
    sums = even[0::2, 0::2] + even[0::2, 1::2] + even[1::2, 0::2] + even[1::2, 1::2]
    half = ((sums + 2) >> 2).astype(np.uint8)
    for source, most in ((picture, 4), (half, 2)):
        rows, columns = max(len(source) // SIDE, 1), max(source.shape[1] // SIDE, 1)
        corners = [(i * SIDE, j * SIDE) for i in range(rows) for j in range(columns)]
        for index in np.linspace(0, len(corners) - 1, min(most, len(corners))).astype(int):
            top, left = corners[index]
            part = source[top : top + SIDE, left : left + SIDE]
            pad = [(0, SIDE - part.shape[0]), (0, SIDE - part.shape[1]), (0, 0)]
            tiles.append(np.pad(part, pad, mode="symmetric"))
    return tiles


def _noise_tile(rng: np.random.Generator) -> Picture:
    """Octaves of noise, one spectrum or another, at times hardened to blotches."""
    luma = _noise(rng)
    if rng.random() < 0.3:
        luma = np.sign(luma) * np.abs(luma) ** np.float32(rng.uniform(0.2, 0.6))
    colour = rng.uniform(0.0, 0.5)
    value = luma[..., None] * rng.uniform(0.7, 1.3, 3).astype(np.float32)
    value = value + np.float32(colour) * np.stack([_noise(rng) for _ in range(3)], 2)
    return _picture_of(0.5 + rng.uniform(0.08, 0.2) * value)


def _pattern_tile(rng: np.random.Generator, index: int) -> Picture:
    """Waves, checks, or overlapping upright rectangles, and a little noise."""
    if index % 3:
        value = _waves(rng, crossed=index % 3 == 1) * rng.uniform(-0.25, 0.25, 3)
    else:
        value = _rectangles(rng) * rng.uniform(0.06, 0.2)
    return _picture_of(0.5 + value + rng.uniform(0.01, 0.05) * _noise(rng)[..., None])


def _mixture(rng: np.random.Generator, tiles: list[Picture]) -> Picture:
    """One of the first tiles enlarged, and the detail of another, turned, on it."""
    first, second = (tiles[i] for i in rng.integers(0, len(tiles), 2))
    scale = rng.uniform(1.0, 4.0)
    top, left = rng.uniform(0, SIDE - SIDE / scale, 2)
    window = (left, top, left + SIDE / scale, top + SIDE / scale)
    size, bilinear = (SIDE, SIDE), Image.Resampling.BILINEAR
    coarse = np.asarray(Image.fromarray(first).resize(size, bilinear, box=window), np.float32)
    fine = np.rot90(second, int(rng.integers(4))).astype(np.float32)
    fine -= fine.mean((0, 1))
    value = coarse + np.float32(rng.uniform(0.2, 1.0)) * fine
    return _picture_of(value[..., rng.permutation(3)] / 255)


def _picture_of(value: NDArray[np.floating]) -> Picture:
    return np.asarray(np.clip(value * 255, 0, 255), np.uint8)


def _noise(rng: np.random.Generator) -> Array:
    """Octaves of linearly interpolated noise, standard deviation 1.

    The amplitude of each finer octave falls, or rises a little, by a random factor.
    """
    octaves, fall = int(rng.integers(3, 9)), np.float32(2 ** -rng.uniform(-0.15, 0.9))
    coarsest = (SIDE >> (octaves - 1)) + 2
    field = _uniform(rng, coarsest, coarsest)
    amplitude = np.float32(1)
    for _ in range(octaves - 1):
        field = _doubled(_doubled(field, 0), 1)
        amplitude *= fall
        field += amplitude * _uniform(rng, *field.shape)
    field = field[:SIDE, :SIDE]
    normalised: Array = field / max(field.std(), np.float32(1e-3))
    return normalised


def _uniform(rng: np.random.Generator, rows: int, columns: int) -> Array:
    return rng.random((rows, columns), dtype=np.float32) - np.float32(0.5)


def _doubled(field: Array, axis: int) -> Array:
    """2n − 1 samples where there were n, the new ones half way between the old."""
    source = field.swapaxes(0, axis)
    wide = np.empty((2 * len(source) - 1, source.shape[1]), np.float32)
    wide[::2] = source
    np.add(source[:-1], source[1:], out=wide[1::2])
    wide[1::2] *= np.float32(0.5)
    return wide.swapaxes(0, axis)


def _waves(rng: np.random.Generator, crossed: bool) -> NDArray[np.float64]:
    """Parallel waves of any direction, or two sets; sharp-edged in one case of two. (…, 1)"""
    angle, period = rng.uniform(0, np.pi), np.exp(rng.uniform(np.log(5), np.log(50)))
    fx, fy = 2 * np.pi * np.cos(angle) / period, 2 * np.pi * np.sin(angle) / period
    x, y = np.arange(SIDE), np.arange(SIDE)[:, None]
    waves: NDArray[np.float64] = np.sin(fx * x + fy * y)
    if crossed:
        waves = waves * np.sin(fy * x - fx * y)
    if rng.random() < 0.5:
        waves = np.sign(waves)
    return waves[..., None]


def _rectangles(rng: np.random.Generator) -> NDArray[np.float64]:
    """Overlapping upright rectangles of random colour."""
    field = np.zeros((SIDE, SIDE, 3))
    for _ in range(int(rng.integers(30, 250))):
        top, left = rng.integers(-20, SIDE, 2)
        rows, columns = rng.integers(3, 70, 2)
        value = rng.normal(0, 1) + rng.normal(0, 0.4, 3)
        field[max(top, 0) : max(top + rows, 0), max(left, 0) : max(left + columns, 0)] = value
    return field
