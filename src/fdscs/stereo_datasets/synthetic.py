"""Made-up stereo pairs with exact, dense ground truth for both views. They need no files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fdscs.stereo_datasets.antialias import Samples, edge_samples
from fdscs.stereo_datasets.cameras import as_jpeg, photographed, random_cameras
from fdscs.stereo_datasets.indoors import indoor_scene
from fdscs.stereo_datasets.pair import Picture, StereoPair
from fdscs.stereo_datasets.scenery import Scenes, Stage, random_scene
from fdscs.stereo_datasets.surfaces import View, left_view, right_view, seen_by_both, seen_by_left
from fdscs.stereo_datasets.textures import Paint, random_paint
from fdscs.storage.errors import BadInput

Array = NDArray[np.float32]
MIN_SIZE = 8
KEPT_PAIRS, KEPT_PIXELS = 8192, 128 * 512  # of each set, of up to so many pixels; 8 GB at most
KEPT_SETS = 2  # those to train on and those to validate on
USUAL = 96.0  # px, within which most disparities of real pairs of some megapixels lie
JPEGS = 0.2  # share of the pairs of scenes with sensors that were compressed


@dataclass(frozen=True)
class SyntheticPairs:
    """Slanted and curved things, thin ones among them, before walls and roads, with occlusions.

    Pair i depends on (seed, i, size, max_disparity, scenes) alone. `size` is (height, width); both
    views' disparities lie in (0, max_disparity] px. `photometric` adds what differs between two
    cameras: gain, offset, gamma, blur, noise and a vertical error; the scenes are the same with and
    without it. `scenes` are the kinds of `random_scene` and `random_paint`; "indoors" are those of
    `indoor_scene`, "mixed" either those or varied ones, both with edges that are mixed colours and,
    one pair in five, through JPEG; where max_disparity is above 96 px, each of these pairs draws
    its own largest from there on, small ones more often. Raises BadInput for parameters out of
    range.
    """

    count: int = 32
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
        return self.pair(range(self.count)[index])  # IndexError ends iteration

    def pair(self, index: int) -> StereoPair:
        """Pair `index`, of at least 0, beyond `count` too; small ones are kept, `count` at most."""
        small = self.size[0] * self.size[1] <= KEPT_PIXELS
        return _kept_pairs(self)(index) if small else self.make(index)

    def make(self, index: int) -> StereoPair:
        """Pair `index`, made anew."""
        rng = np.random.default_rng([self.seed, index])
        # low and high leave room for rounding
        low, high = min(0.5, self.max_disparity / 8), 0.999 * self.max_disparity
        kind = self.scenes
        if kind == "mixed":
            kind = "indoors" if rng.random() < 0.5 else "varied"
            if high > USUAL:
                high = USUAL + (high - USUAL) * rng.random() ** 2
        stage = Stage(*self.size, low, high)
        surfaces = indoor_scene(rng, stage) if kind == "indoors" else random_scene(rng, stage, kind)
        views = left_view(surfaces, self.size), right_view(surfaces, self.size, high)
        sensors = self.scenes in ("indoors", "mixed")
        sides = zip(views, (False, True), strict=True) if sensors else ()
        edges = [edge_samples(surfaces, view, right) for view, right in sides]
        light = _painted(rng, views, random_paint(rng, len(surfaces), kind), edges)
        if self.photometric:
            cameras = random_cameras(rng)
            light = [photographed(rng, *each) for each in zip(light, cameras, strict=True)]
        pictures = [_quantised(each) for each in light]
        if self.photometric and sensors and rng.random() < JPEGS:
            pictures = as_jpeg(rng, pictures)
        left, right = views
        known = np.broadcast_to(np.True_, self.size)
        return StereoPair(
            name=f"{index:06d}",
            left=pictures[0],
            right=pictures[1],
            disparity=left.disparity,
            valid=known,
            visible=seen_by_both(surfaces, left, high),
            disparity_right=right.disparity,
            valid_right=known,
            visible_right=seen_by_left(surfaces, right, high),
        )


@lru_cache(maxsize=KEPT_SETS)
def _kept_pairs(pairs: SyntheticPairs) -> Callable[[int], StereoPair]:
    return lru_cache(maxsize=min(pairs.count, KEPT_PAIRS))(pairs.make)


def _painted(
    rng: np.random.Generator, views: tuple[View, View], paint: Paint, edges: list[Samples]
) -> list[Array]:
    """Both pictures, float32 (H, W, 3): a texture for each surface, light that falls off.

    Where there are `edges`, of either view, those pixels have the mean of their samples.
    """
    height, width = views[0].disparity.shape
    rows, columns = np.indices((height, width), np.float32).reshape(2, -1)
    x = np.concatenate([columns, columns + views[1].disparity.ravel(), *(e.column for e in edges)])
    y = np.concatenate([rows, rows, *(each.row for each in edges)])
    surface = np.concatenate([*(v.surface.ravel() for v in views), *(e.surface for e in edges)])
    values = _lit(rng, paint, surface, x, y, (height, width))
    pixels, samples = np.split(values, [2 * height * width])
    pictures = pixels.reshape(2, height, width, 3)
    for picture, each in zip(pictures, edges, strict=False):
        of_view, samples = np.split(samples, [len(each.row)])
        picture[each.pixels] = each.mean(of_view)
    return list(pictures)


def _lit(
    rng: np.random.Generator,
    paint: Paint,
    surface: NDArray[np.int16],
    x: Array,
    y: Array,
    size: tuple[int, int],
) -> Array:
    """Colours (n, 3) of points (n,) of the left picture's plane, more or less saturated."""
    height, width = size
    x += np.float32(rng.random())  # keeps the left picture, too, off the tiles' own samples
    values = paint.at(surface, x, y)
    colour = np.float32(rng.uniform(0.3, 1.2) if rng.random() < 0.85 else 0.0)
    gray = values @ np.array([0.299, 0.587, 0.114], np.float32)
    values -= gray[:, None]
    values *= colour
    values += gray[:, None]
    if rng.random() < 0.5:
        slopes = rng.normal(0, 0.25, 2).astype(np.float32) / (width, height)
        values *= 1 + (slopes[0] * (x - width / 2) + slopes[1] * (y - height / 2))[:, None]
    return values


def _quantised(picture: Array) -> Picture:
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)
