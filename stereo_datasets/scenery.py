"""Random scenes of planar surfaces: a wall or a road, and things standing before it."""

from dataclasses import dataclass

import numpy as np

from stereo_datasets.surfaces import ConvexPolygon, Ellipse, Everywhere, Outline, Surface

MAX_SLOPE = 0.3  # px of disparity per px


@dataclass(frozen=True)
class Stage:
    """Where a scene may be: picture size in px, and the lowest and highest disparity in px."""

    height: int
    width: int
    low: float
    high: float

    @property
    def reach(self) -> float:
        """Columns of the left picture's plane that one camera or the other can see."""
        return self.width + self.high


def random_scene(rng: np.random.Generator, stage: Stage) -> list[Surface]:
    """A background that fills both pictures, then 3 … 11 things anywhere before it.

    Every disparity that a camera can see is within `stage`.
    """
    ground = _random_ground(rng, stage) if rng.random() < 0.5 else None
    if ground:
        far = _between(stage, 0.25 * rng.random() ** 2)
        scene = [_random_wall(rng, stage, far, 0.01), ground]
    else:
        far = _between(stage, 0.5 * rng.random() ** 2)
        scene = [_random_wall(rng, stage, far, 0.05)]
    things = int(rng.integers(3, 12))
    return scene + [_random_thing(rng, stage, far, ground) for _ in range(things)]


def _between(stage: Stage, share: float) -> float:
    return stage.low + share * (stage.high - stage.low)


def _random_wall(rng: np.random.Generator, stage: Stage, d0: float, slope: float) -> Surface:
    half_width, half_height = stage.reach / 2, stage.height / 2
    b, c = _random_slopes(rng, stage, d0, (half_width, half_height), slope)
    return Surface(Everywhere(), half_width, half_height, d0, b, c)


def _random_ground(rng: np.random.Generator, stage: Stage) -> Surface:
    """A road: disparity 0 at the horizon, rising linearly to the bottom row, a little rolled."""
    nearest = rng.uniform(0.3, 0.9) * stage.high
    horizon = rng.uniform(-0.3, 0.6) * stage.height
    bottom = stage.height - 1
    b = rng.uniform(-0.1, 0.1) * nearest / (stage.reach / 2)
    return Surface(Everywhere(), stage.reach / 2, bottom, nearest, b, nearest / (bottom - horizon))


def _random_thing(
    rng: np.random.Generator, stage: Stage, far: float, ground: Surface | None
) -> Surface:
    """Something nearer than `far`, in two cases of three standing on the ground if there is one."""
    share = rng.random() ** 2 if rng.random() < 0.7 else 0.25 * rng.random()
    d0 = far + share * (stage.high - far)
    size = np.exp(rng.uniform(np.log(4 + 0.02 * stage.height), np.log(0.7 * stage.height)))
    x0, y0 = rng.uniform(0, stage.width + d0), rng.uniform(0, stage.height)
    if ground and rng.random() < 0.67:
        foot = ground.y0 + (d0 - ground.d0) / ground.c
        y0 = foot - rng.uniform(0.5, 1.0) * size
    outline = _random_outline(rng, x0, y0, size)
    left, top, right, bottom = outline.box
    half = max(right - x0, x0 - left), max(bottom - y0, y0 - top)
    slope = 0.0 if rng.random() < 0.4 else 0.06
    return Surface(outline, x0, y0, d0, *_random_slopes(rng, stage, d0, half, slope))


def _random_outline(rng: np.random.Generator, x0: float, y0: float, size: float) -> Outline:
    """An ellipse, a convex polygon, a rectangle or a thin bar of half height about `size`."""
    kind, angle = rng.random(), rng.normal(0, 0.3)
    wide, high = size * np.exp(rng.normal(0, 0.5)), size
    if kind < 0.25:
        return Ellipse(x0, y0, wide, high, angle)
    if kind < 0.5:
        turns = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
        x, y = wide * np.cos(turns), high * np.sin(turns)
    else:
        if kind > 0.8:
            wide = rng.uniform(1, 6)
        x, y = wide * np.array([-1, 1, 1, -1]), high * np.array([-1, -1, 1, 1])
    cos, sin = np.cos(angle), np.sin(angle)
    corners = np.stack([x0 + x * cos - y * sin, y0 + x * sin + y * cos], 1)
    return ConvexPolygon(corners.astype(np.float32))


def _random_slopes(
    rng: np.random.Generator, stage: Stage, d0: float, half: tuple[float, float], spread: float
) -> tuple[float, float]:
    """Slopes that keep the disparity within the stage up to `half` width and height from d0."""
    b, c = np.clip(rng.normal(0, spread, 2), -MAX_SLOPE, MAX_SLOPE)
    extent = abs(b) * half[0] + abs(c) * half[1]
    room = min(d0 - stage.low, stage.high - d0)
    limit = min(1.0, room / extent) if extent > 0 else 1.0
    return float(b * limit), float(c * limit)
