"""Made-up stereo pairs with exact, dense ground truth for both views. They need no files."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fdscs.stereo_datasets.cameras import photographed, random_cameras
from fdscs.stereo_datasets.pair import Picture, StereoPair
from fdscs.stereo_datasets.scenery import Scenes, Stage, random_scene
from fdscs.stereo_datasets.surfaces import View, left_view, right_view, seen_by_both, seen_by_left
from fdscs.stereo_datasets.textures import Paint, random_paint
from fdscs.storage.errors import BadInput

Array = NDArray[np.float32]
MIN_SIZE = 8
KEPT_PAIRS, KEPT_PIXELS = 8192, 128 * 512  # pairs of up to so many pixels are kept; 8 GB at most


@dataclass(frozen=True)
class SyntheticPairs:
    """Slanted and curved things, thin ones among them, before walls and roads, with occlusions.

    Pair i depends on (seed, i, size, max_disparity, scenes) alone. `size` is (height, width); both
    views' disparities lie in (0, max_disparity] px. `photometric` adds what differs between two
    cameras: gain, offset, gamma, blur, noise and a vertical error; the scenes are the same with and
    without it. `scenes` are the kinds of `random_scene` and `random_paint`. Raises BadInput for
    parameters out of range.
    """

    count: int
    size: tuple[int, int] = (256, 512)
    max_disparity: float = 96.0
    seed: int = 0
    photometric: bool = True
    scenes: Scenes = "first"
    name: str = field(default="synthetic", init=False)

    def __post_init__(self) -> None:
        if self.count < 1 or self.seed < 0:
            raise BadInput(
                f"{self.name}: count is {self.count} and seed {self.seed}; "
                "at least 1 pair and a seed of at least 0 are supported."
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
        return (_kept if self.size[0] * self.size[1] <= KEPT_PIXELS else _made)(self, index)

    def make(self, index: int) -> StereoPair:
        """Pair `index`, made anew."""
        rng = np.random.default_rng([self.seed, index])
        # low and high leave room for rounding
        low, high = min(0.5, self.max_disparity / 8), 0.999 * self.max_disparity
        surfaces = random_scene(rng, Stage(*self.size, low, high), self.scenes)
        left, right = left_view(surfaces, self.size), right_view(surfaces, self.size, high)
        pictures = _painted(rng, left, right, random_paint(rng, len(surfaces), self.scenes))
        if self.photometric:
            cameras = random_cameras(rng)
            pictures = [photographed(rng, *each) for each in zip(pictures, cameras, strict=True)]
        known = np.broadcast_to(np.True_, self.size)
        return StereoPair(
            name=f"{index:06d}",
            left=_quantised(pictures[0]),
            right=_quantised(pictures[1]),
            disparity=left.disparity,
            valid=known,
            visible=seen_by_both(surfaces, left, high),
            disparity_right=right.disparity,
            valid_right=known,
            visible_right=seen_by_left(surfaces, right, high),
        )


def _made(pairs: SyntheticPairs, index: int) -> StereoPair:
    return pairs.make(index)


_kept = lru_cache(maxsize=KEPT_PAIRS)(_made)


def _painted(rng: np.random.Generator, left: View, right: View, paint: Paint) -> list[Array]:
    """Both pictures, float32 (H, W, 3): a texture for each surface, light that falls off."""
    height, width = left.disparity.shape
    rows, columns = np.indices((height, width), np.float32).reshape(2, -1)
    x = np.concatenate([columns, columns + right.disparity.ravel()])
    y = np.concatenate([rows, rows])
    x += np.float32(rng.random())  # keeps the left picture, too, off the tiles' own samples
    surface = np.concatenate([left.surface.ravel(), right.surface.ravel()])
    values = paint.at(surface, x, y)
    colour = np.float32(rng.uniform(0.3, 1.2) if rng.random() < 0.85 else 0.0)
    gray = values @ np.array([0.299, 0.587, 0.114], np.float32)
    values -= gray[:, None]
    values *= colour
    values += gray[:, None]
    if rng.random() < 0.5:
        slopes = rng.normal(0, 0.25, 2).astype(np.float32) / (width, height)
        values *= 1 + (slopes[0] * (x - width / 2) + slopes[1] * (y - height / 2))[:, None]
    return list(values.reshape(2, height, width, 3))


def _quantised(picture: Array) -> Picture:
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)
