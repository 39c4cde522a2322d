"""Random scenes: walls, roads and streets between facades, and things standing before them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fdscs.stereo_datasets.outlines import (
    Bars,
    Blob,
    ConvexPolygon,
    Ellipse,
    Everywhere,
    Frame,
    Outline,
    Wire,
)
from fdscs.stereo_datasets.surfaces import Surface

MAX_SLOPE = 0.5  # px of disparity per px, curvature included
Scenes = Literal["first", "varied", "indoors", "mixed"]
Shape = tuple[float, float, float, float]  # slopes along x and y, curvatures along x and y


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

    def at(self, share: float) -> float:
        """The disparity that far from the lowest to the highest."""
        return self.low + share * (self.high - self.low)


def random_scene(rng: np.random.Generator, stage: Stage, scenes: Scenes = "first") -> list[Surface]:
    """A background that fills both pictures, then things anywhere before it.

    "first" has 4 … 16 things, few of them near. "varied" has streets, rooms and close-ups, in which
    large disparities are as frequent as small ones, and clutter. Every disparity that a camera can
    see is within `stage`.
    """
    return (_first_scene if scenes == "first" else _varied_scene)(rng, stage)


def _first_scene(rng: np.random.Generator, stage: Stage) -> list[Surface]:
    ground = _random_ground(rng, stage) if rng.random() < 0.55 else None
    far = stage.at((0.25 if ground else 0.7) * rng.random() ** 2)
    scene = [random_wall(rng, stage, far, 0.01 if ground else 0.06)]
    if ground:
        scene.append(ground)
    if rng.random() < 0.3:
        scene += [_random_facade(rng, stage, far, left) for left in (True, False)]
    things = int(rng.integers(4, 17))
    return scene + [_random_thing(rng, stage, far, ground) for _ in range(things)]


def _varied_scene(rng: np.random.Generator, stage: Stage) -> list[Surface]:
    """A street, a room or a close-up."""
    kind = rng.random()
    if kind < 0.45:
        return _street(rng, stage)
    return _room(rng, stage) if kind < 0.8 else _close_up(rng, stage)


def _street(rng: np.random.Generator, stage: Stage) -> list[Surface]:
    """A road to a horizon in most cases within the picture, a facade on either side or none."""
    far = stage.at(0.08 * rng.random() ** 2)
    nearest, horizon = rng.uniform(0.3, 0.9) * stage.high, rng.uniform(-0.3, 0.6) * stage.height
    ground = ground_plane(rng, stage, nearest, horizon)
    scene = [random_wall(rng, stage, far, 0.01), ground]
    scene += [_random_facade(rng, stage, far, left) for left in (True, False) if rng.random() < 0.6]
    return scene + _varied_things(rng, stage, far, ground, int(rng.integers(3, 15)))


def _room(rng: np.random.Generator, stage: Stage) -> list[Surface]:
    """A wall at any depth, slanted or not, with a floor in one case of two."""
    far = stage.at(0.65 * rng.random())
    scene = [random_wall(rng, stage, far, 0.1)]
    ground = None
    if rng.random() < 0.5:
        nearest = rng.uniform(far, 0.9 * stage.high)
        ground = ground_plane(rng, stage, nearest, rng.uniform(-1.5, 0.3) * stage.height)
        scene.append(ground)
    return scene + _varied_things(rng, stage, far, ground, int(rng.integers(5, 22)))


def _close_up(rng: np.random.Generator, stage: Stage) -> list[Surface]:
    """A near wall, often steep, and a few things still nearer."""
    far = stage.at(rng.uniform(0.3, 0.85))
    wall = random_wall(rng, stage, far, 0.25)
    return [wall, *_varied_things(rng, stage, far, None, int(rng.integers(2, 12)))]


def _varied_things(
    rng: np.random.Generator, stage: Stage, far: float, ground: Surface | None, count: int
) -> list[Surface]:
    """So many things at any depth before `far`, and in one case of three clutter: small ones."""
    things = [thing_at(rng, stage, far, ground, rng.random()) for _ in range(count)]
    if rng.random() < 0.33:
        share, spread = rng.random(), 0.3 * rng.random()
        shares = np.clip(share + spread * rng.uniform(-1, 1, int(rng.integers(8, 30))), 0, 1)
        small = 3 + 0.02 * stage.height, 3 + 0.12 * stage.height
        things += [thing_at(rng, stage, far, ground, each, small) for each in shares]
    return things


def thing_at(
    rng: np.random.Generator,
    stage: Stage,
    far: float,
    ground: Surface | None,
    share: float,
    sizes: tuple[float, float] | None = None,
) -> Surface:
    """Something that share of the way from `far` to the nearest, its half height within `sizes`."""
    low, high = sizes or (3 + 0.015 * stage.height, 0.7 * stage.height)
    d0, size = far + share * (stage.high - far), np.exp(rng.uniform(np.log(low), np.log(high)))
    spreads, weights = [0.0, 0.06, 0.2, 0.4], [0.3, 0.35, 0.25, 0.1]
    return _thing(rng, stage, ground, d0, size, spreads, weights)


def random_wall(rng: np.random.Generator, stage: Stage, d0: float, spread: float) -> Surface:
    half_width, half_height = stage.reach / 2, stage.height / 2
    shape = _random_shape(rng, stage, d0, (half_width, half_height), spread)
    return Surface(Everywhere(), half_width, half_height, d0, *shape)


def _random_ground(rng: np.random.Generator, stage: Stage) -> Surface:
    """A road: disparity 0 at the horizon, rising linearly to the bottom row, a little rolled."""
    nearest = rng.uniform(0.1, 0.9) * stage.high
    return ground_plane(rng, stage, nearest, rng.uniform(-1.0, 0.6) * stage.height)


def ground_plane(rng: np.random.Generator, stage: Stage, nearest: float, horizon: float) -> Surface:
    """The road with a disparity of `nearest` px in the bottom row and of 0 at row `horizon`."""
    bottom = stage.height - 1
    b = rng.uniform(-0.1, 0.1) * nearest / (stage.reach / 2)
    return Surface(Everywhere(), stage.reach / 2, bottom, nearest, b, nearest / (bottom - horizon))


def _random_facade(rng: np.random.Generator, stage: Stage, far: float, left: bool) -> Surface:
    """A wall along the street, from `far` at its inner edge to nearer at the picture's border."""
    middle, outer = stage.reach / 2, -1.0 if left else stage.reach + 1
    inner = middle + rng.uniform(0.1, 0.9) * (outer - middle)
    length = max(abs(outer - inner), 1.0)
    slope = min(rng.uniform(0.03, 0.4), (stage.high - far) / length)
    top = rng.uniform(-1.0, 0.4) * stage.height
    corners = [[inner, top], [outer, top], [outer, 2 * stage.height], [inner, 2 * stage.height]]
    if left:
        corners.reverse()
    outline = ConvexPolygon(np.array(corners, np.float32))
    return Surface(outline, inner, 0.0, far, -slope if left else slope)


def _random_thing(
    rng: np.random.Generator, stage: Stage, far: float, ground: Surface | None
) -> Surface:
    """Something nearer than `far`, in two cases of three standing on the ground if there is one."""
    share = rng.random() ** 1.5 if rng.random() < 0.75 else 0.25 * rng.random()
    d0 = far + share * (stage.high - far)
    size = np.exp(rng.uniform(np.log(4 + 0.02 * stage.height), np.log(0.9 * stage.height)))
    return _thing(rng, stage, ground, d0, size, [0.0, 0.06, 0.2], [0.35, 0.45, 0.2])


def _thing(
    rng: np.random.Generator,
    stage: Stage,
    ground: Surface | None,
    d0: float,
    size: float,
    spreads: list[float],
    weights: list[float],
) -> Surface:
    """Something of half height about `size` at disparity `d0`, as slanted as one of `spreads`."""
    x0, y0 = rng.uniform(0, stage.width + d0), rng.uniform(0, stage.height)
    if ground and rng.random() < 0.67:
        foot = ground.y0 + (d0 - ground.d0) / ground.c
        y0 = foot - rng.uniform(0.5, 1.0) * size
    outline = _random_outline(rng, x0, y0, size)
    left, top, right, bottom = outline.box
    half = max(right - x0, x0 - left), max(bottom - y0, y0 - top)
    spread = rng.choice(spreads, p=weights)
    return Surface(outline, x0, y0, d0, *_random_shape(rng, stage, d0, half, spread))


def _random_outline(rng: np.random.Generator, x0: float, y0: float, size: float) -> Outline:
    """Something of half height about `size`; the last two kinds in five are thin."""
    kind, angle = rng.random(), rng.normal(0, 0.3)
    wide, high = size * np.exp(rng.normal(0, 0.5)), size
    if kind < 0.15:
        return Ellipse(x0, y0, wide, high, angle)
    if kind < 0.3:
        heights = rng.normal(0, 0.2, 6) / np.arange(1, 7) ** 0.5
        return Blob(x0, y0, wide, high, angle, tuple(heights), tuple(rng.uniform(0, 2 * np.pi, 6)))
    if kind < 0.6:
        return polygon(rng, (x0, y0), (wide, high), angle, upright=kind > 0.4)
    if kind < 0.8:
        return _pole(rng, x0, y0, size)
    if kind < 0.87:
        count = int(np.clip(rng.uniform(0.05, 0.15) * wide, 2, 20))
        turned = angle + rng.choice([0, np.pi / 2])
        return Bars(x0, y0, wide, high, turned, count, rng.uniform(0.15, 0.6))
    if kind < 0.94:
        waves, thin = rng.uniform(0.3, 2), rng.uniform(0.05, 0.25)
        turned = rng.uniform(0, np.pi)
        return Wire(x0, y0, size, 0.4 * size, turned, waves, rng.uniform(0, 2 * np.pi), thin)
    outer = polygon(rng, (x0, y0), (wide, high), angle, upright=True)
    inside = rng.uniform(0.6, 0.9)
    return Frame(outer, polygon(rng, (x0, y0), (inside * wide, inside * high), angle, upright=True))


def _pole(rng: np.random.Generator, x0: float, y0: float, size: float) -> ConvexPolygon:
    """A bar 2 … 14 px thick, upright in most cases."""
    angle = rng.normal(0, 0.1) if rng.random() < 0.65 else rng.uniform(0, np.pi)
    return polygon(rng, (x0, y0), (rng.uniform(1, 7), 1.5 * size), angle, upright=True)


def polygon(
    rng: np.random.Generator,
    centre: tuple[float, float],
    half: tuple[float, float],
    angle: float,
    upright: bool,
) -> ConvexPolygon:
    """A rectangle, or 3 … 7 corners on an ellipse, of those half axes."""
    if upright:
        x, y = np.array([-1, 1, 1, -1]), np.array([-1, -1, 1, 1])
    else:
        turns = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
        x, y = np.cos(turns), np.sin(turns)
    x, y = half[0] * x, half[1] * y
    cos, sin = np.cos(angle), np.sin(angle)
    corners = np.stack([centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos], 1)
    return ConvexPolygon(corners.astype(np.float32))


def _random_shape(
    rng: np.random.Generator, stage: Stage, d0: float, half: tuple[float, float], spread: float
) -> Shape:
    """Slopes and, in one case of two, curvatures, that keep to the stage and below MAX_SLOPE."""
    b, c = rng.normal(0, spread, 2)
    e = f = 0.0
    if spread and rng.random() < 0.5:
        bulge = -np.abs(rng.normal(0, 2 * spread, 2)) * np.sign(rng.random(2) - 0.2)
        e, f = bulge[0] / max(half[0], 1.0) / 2, bulge[1] / max(half[1], 1.0) / 2
    return limited(stage, d0, half, (b, c, e, f))


def limited(stage: Stage, d0: float, half: tuple[float, float], shape: Shape) -> Shape:
    """Slopes b, c and curvatures e, f, scaled down to keep to the stage and below MAX_SLOPE.

    `half` is how far the surface extends from where it has d0, in px of width and height.
    """
    wide, high = max(half[0], 1.0), max(half[1], 1.0)
    b, c, e, f = shape
    steepest = max(abs(b) + 2 * abs(e) * wide, abs(c) + 2 * abs(f) * high)
    tilt = abs(b) * wide + abs(c) * high
    up = tilt + max(e, 0) * wide**2 + max(f, 0) * high**2
    down = tilt + max(-e, 0) * wide**2 + max(-f, 0) * high**2
    limits = [1.0, MAX_SLOPE / max(steepest, 1e-9)]
    limits += [(stage.high - d0) / max(up, 1e-9), (d0 - stage.low) / max(down, 1e-9)]
    scale = min(limits)
    return float(b * scale), float(c * scale), float(e * scale), float(f * scale)
