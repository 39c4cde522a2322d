"""Made-up stereo pairs with exact, dense ground truth for both views. They need no files."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stereo_datasets.pair import Picture, StereoPair
from stereo_datasets.scenery import Stage, random_scene
from stereo_datasets.surfaces import Surface, View, left_view, right_view, seen_by_both
from stereo_datasets.textures import random_texture
from storage.errors import BadInput

Array = NDArray[np.float32]
MIN_SIZE = 8


@dataclass(frozen=True)
class SyntheticPairs:
    """Textured slanted planes before a wall or a road, with occlusions.

    Pair i depends on (seed, i, size, max_disparity) alone. `size` is (height, width); both views'
    disparities lie in (0, max_disparity] px. `photometric` adds what differs between two cameras:
    gain, offset, gamma, blur and noise; the scenes are the same with and without it. Raises
    BadInput for parameters out of range.
    """

    count: int
    size: tuple[int, int] = (256, 512)
    max_disparity: float = 96.0
    seed: int = 0
    photometric: bool = True
    name: str = field(default="synthetic", init=False)

    def __post_init__(self) -> None:
        if self.count < 1 or self.seed < 0:
            raise BadInput(
                f"{self.name}: count is {self.count} and seed {self.seed}; "
                "at least 1 pair and a seed of at least 0 are needed."
            )
        if min(self.size) < MIN_SIZE:
            raise BadInput(
                f"{self.name}: size is {self.size[0]}x{self.size[1]}; "
                f"it must be at least {MIN_SIZE}x{MIN_SIZE}."
            )
        if not 1 <= self.max_disparity <= self.size[1]:
            raise BadInput(
                f"{self.name}: max_disparity is {self.max_disparity:g} px; "
                f"it must be from 1 px to the width, {self.size[1]} px."
            )

    def ids(self) -> list[str]:
        return [f"{index:06d}" for index in range(self.count)]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> StereoPair:
        index = range(self.count)[index]  # IndexError ends iteration; negative counts from the end
        rng = np.random.default_rng([self.seed, index])
        # low and high leave room for rounding
        low, high = min(0.5, self.max_disparity / 8), 0.999 * self.max_disparity
        surfaces = random_scene(rng, Stage(*self.size, low, high))
        left, right = left_view(surfaces, self.size), right_view(surfaces, self.size, high)
        pictures = _painted(rng, surfaces, left, right)
        if self.photometric:
            pictures = _photographed(rng, *pictures)
        known = np.ones(self.size, np.bool_)
        return StereoPair(
            name=f"{index:06d}",
            left=_quantised(pictures[0]),
            right=_quantised(pictures[1]),
            disparity=left.disparity,
            valid=known,
            visible=seen_by_both(surfaces, left, high),
            disparity_right=right.disparity,
            valid_right=known.copy(),
        )


def _painted(
    rng: np.random.Generator, surfaces: Sequence[Surface], left: View, right: View
) -> tuple[Array, Array]:
    """Both pictures, float32 (H, W, 3), each surface's texture fixed to it."""
    colour = rng.uniform(0.3, 1.2) if rng.random() < 0.85 else 0.0
    height, width = left.disparity.shape
    columns = np.arange(width, dtype=np.float32)
    pictures = np.zeros((2, height * width, 3), np.float32)
    x_right = columns + right.disparity
    x_left = np.broadcast_to(columns, x_right.shape)
    for index in range(len(surfaces)):
        shown = [np.nonzero(view.surface == index) for view in (left, right)]
        rows = np.concatenate([pixels[0] for pixels in shown])
        if not len(rows):
            continue
        x = np.concatenate([x_left[shown[0]], x_right[shown[1]]])
        values = _sampled(rng, x, rows, colour)
        for picture, pixels, part in zip(
            pictures, shown, np.split(values, [len(shown[0][0])]), strict=True
        ):
            picture[pixels[0] * width + pixels[1]] = part
    left_picture, right_picture = pictures.reshape(2, height, width, 3)
    return left_picture, right_picture


def _sampled(rng: np.random.Generator, x: Array, rows: NDArray[np.intp], colour: float) -> Array:
    """A new texture's values (n, 3) at columns `x`, linearly interpolated, of `rows`.

    A random phase keeps the left picture, too, off the texture's own samples.
    """
    x = x - (np.floor(x.min()) - np.float32(rng.random()))
    rows = rows - rows.min()
    column = x.astype(np.intp)
    texture = random_texture(rng, int(rows.max()) + 1, int(column.max()) + 2, colour)
    flat = texture.reshape(-1, 3)
    start = rows * texture.shape[1] + column
    values: Array = flat[start]
    values += (flat[start + 1] - values) * (x - column)[:, None].astype(np.float32)
    return values


def _photographed(rng: np.random.Generator, left: Array, right: Array) -> tuple[Array, Array]:
    """The pictures as two cameras would take them, which agree on little but the scene."""
    gamma = np.exp(rng.normal(0, 0.2))
    noise = 0.03 * rng.random() ** 2
    blur = rng.uniform(0, 0.25) if rng.random() < 0.5 else 0.0
    left = _exposed(left, np.ones(3), 0.0, gamma)
    right = _exposed(
        right, 1 + rng.normal(0, 0.05, 3), rng.normal(0, 0.015), gamma * np.exp(rng.normal(0, 0.05))
    )
    pictures = []
    for picture in (left, right):
        picture = _blurred(picture, float(np.clip(blur + rng.normal(0, 0.03), 0, 0.25)))
        picture += np.float32(noise) * rng.standard_normal(picture.shape, np.float32)
        pictures.append(picture)
    return pictures[0], pictures[1]


def _exposed(picture: Array, gain: NDArray[np.float64], offset: float, gamma: float) -> Array:
    light = np.clip(picture, 0, 1) ** np.float32(gamma)
    return np.asarray(light * np.float32(gain) + np.float32(offset), np.float32)


def _blurred(picture: Array, weight: float) -> Array:
    """Three taps (weight, 1 − 2·weight, weight) along both axes; borders repeat."""
    for axis in (0, 1):
        lines = picture.swapaxes(0, axis)
        blurred = lines * np.float32(1 - 2 * weight)
        blurred[1:] += np.float32(weight) * lines[:-1]
        blurred[:-1] += np.float32(weight) * lines[1:]
        blurred[[0, -1]] += np.float32(weight) * lines[[0, -1]]
        picture = blurred.swapaxes(0, axis)
    return picture


def _quantised(picture: Array) -> Picture:
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)
