"""Random textures: coloured noise of many spectra, stripes, checks and patches."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def random_texture(rng: np.random.Generator, height: int, width: int, colour: float) -> Array:
    """A texture, float32 (height, width, 3), mostly within 0 … 1; `colour` 0 makes it gray."""
    luma = _noise(rng, height, width)
    kind = rng.random()
    if kind < 0.15:
        luma = _stripes(rng, height, width) + luma * np.float32(rng.uniform(0.1, 0.6))
    elif kind < 0.35:
        luma = _patches(rng, height, width) + luma * np.float32(rng.uniform(0.1, 0.6))
    weak = rng.random() < 0.15
    contrast = rng.uniform(0.005, 0.02) if weak else np.exp(rng.uniform(np.log(0.03), np.log(0.2)))
    tint = contrast * (1 + colour * rng.normal(0, 0.25, 3))
    hue = contrast * colour * rng.normal(0, 0.35, 3)
    base = rng.uniform(0.1, 0.8) + colour * rng.normal(0, 0.08, 3)
    texture = np.float32(tint) * luma[..., None] + np.float32(base)
    if colour > 0:
        texture += np.float32(hue) * _noise(rng, height, width)[..., None]
    return texture


def _noise(rng: np.random.Generator, height: int, width: int) -> Array:
    """Octaves of linearly interpolated noise, standard deviation 1.

    The amplitude of each finer octave falls by a random factor; now and then the finest are
    missing along one or both axes, which blurs or streaks.
    """
    octaves = int(rng.integers(3, 8))
    fall = np.float32(2 ** -rng.uniform(0, 0.9))
    blur_y, blur_x = (int(n) for n in rng.choice([0, 0, 0, 0, 1, 2], 2))
    rows = (height - 1 >> octaves + blur_y) + 2
    columns = (width - 1 >> octaves + blur_x) + 2
    field = _uniform(rng, rows, columns)
    amplitude = np.float32(1)
    for _ in range(octaves):
        field = _doubled(_doubled(field, 0), 1)
        amplitude *= fall
        field += amplitude * _uniform(rng, *field.shape)
    for _ in range(blur_y):
        field = _doubled(field, 0)
    for _ in range(blur_x):
        field = _doubled(field, 1)
    field = field[:height, :width]
    field /= max(field.std(), np.float32(1e-3))
    return field


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


def _stripes(rng: np.random.Generator, height: int, width: int) -> Array:
    """Parallel waves of any direction, or two crossing sets; sharp-edged in one case of two."""
    angle, period = rng.uniform(0, np.pi), np.exp(rng.uniform(np.log(5), np.log(50)))
    fx, fy = 2 * np.pi * np.cos(angle) / period, 2 * np.pi * np.sin(angle) / period
    x = np.arange(width, dtype=np.float32)
    y = np.arange(height, dtype=np.float32)[:, None]
    waves: Array = np.sin(np.float32(fx) * x + np.float32(fy) * y)
    if rng.random() < 0.5:
        waves *= np.sin(np.float32(fy) * x - np.float32(fx) * y)
    return np.sign(waves) if rng.random() < 0.5 else waves


def _patches(rng: np.random.Generator, height: int, width: int) -> Array:
    """Overlapping upright rectangles of random brightness."""
    field = np.zeros((height, width), np.float32)
    count = int(rng.integers(5, 60))
    tops, lefts = rng.integers(-20, height, count), rng.integers(-20, width, count)
    sizes, values = rng.integers(3, 90, (count, 2)), rng.normal(0, 1, count)
    for top, left, (rows, columns), value in zip(tops, lefts, sizes, values, strict=True):
        field[max(top, 0) : max(top + rows, 0), max(left, 0) : max(left + columns, 0)] = value
    return field
