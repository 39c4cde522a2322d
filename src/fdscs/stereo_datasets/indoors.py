"""Rooms as cameras stand before them: walls with pictures, tables, boxes, shelves, stools, leaves.

Beside "varied" scenes: large areas with next to no texture and with borders where nothing jumps,
steps of the disparity of a few px, bodies of which two sides are seen, and thin things in groups.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fdscs.stereo_datasets.outlines import (
    Bars,
    ConvexPolygon,
    Ellipse,
    Everywhere,
    Frame,
    Outline,
)
from fdscs.stereo_datasets.scenery import (
    MAX_SLOPE,
    Stage,
    ground_plane,
    limited,
    polygon,
    random_wall,
    thing_at,
)
from fdscs.stereo_datasets.surfaces import Surface

FLUSH = 0.02  # px by which what hangs on a wall is nearer: too little to hide anything
Rng = np.random.Generator
Array = NDArray[np.float32]


def indoor_scene(rng: Rng, stage: Stage) -> list[Surface]:
    """A wall or a corner of two, often a floor, and 3 … 12 pieces of furniture before them."""
    far = stage.at(0.6 * rng.random() ** 1.5)
    walls = [random_wall(rng, stage, far, 0.08)] if rng.random() < 0.6 else _corner(rng, stage, far)
    floor = None
    if rng.random() < 0.5:
        nearest, horizon = rng.uniform(far, 0.9 * stage.high), rng.uniform(-1.5, 0.4)
        floor = ground_plane(rng, stage, nearest, horizon * stage.height)
    scene = walls + ([floor] if floor else [])
    for wall in walls:
        scene += _on_wall(rng, stage, wall, int(rng.integers(0, 7)))
    for _ in range(int(rng.integers(3, 13))):
        piece = PIECES[int(rng.choice(len(PIECES), p=SHARES))]
        scene += piece(rng, stage, far + rng.random() * (stage.high - far))
    things = [
        thing_at(rng, stage, far, floor, rng.random()) for _ in range(int(rng.integers(0, 6)))
    ]
    return scene + things


def _corner(rng: Rng, stage: Stage, far: float) -> list[Surface]:
    """Two walls that meet at disparity `far` in a vertical line and come nearer from there."""
    x, wide = rng.uniform(0.1, 0.9) * stage.reach, stage.reach
    steepest = min(MAX_SLOPE, (stage.high - far) / wide)
    slopes = rng.uniform(0.05, 1, 2) * steepest
    return [
        Surface(Everywhere(), x, 0.0, far, -slopes[0]),
        Surface(Everywhere(), x, 0.0, far, slopes[1]),
    ]


def _on_wall(rng: Rng, stage: Stage, wall: Surface, count: int) -> list[Surface]:
    """Posters, flush with the wall, and boards up to 4 px before it."""
    found = []
    for _ in range(count):
        centre = _centre(rng, stage, wall.d0)
        wide, high = _size(rng, stage, 0.8), _size(rng, stage, 0.8)
        d0 = wall.d0 + (FLUSH if rng.random() < 0.5 else rng.uniform(0.3, 4.0))
        highest = d0 - wall.d0 + float(_over(wall, centre, (wide, high)).max())
        if highest < stage.high:
            outline = polygon(rng, centre, (wide, high), rng.normal(0, 0.05), upright=True)
            found.append(replace(wall, outline=outline, d0=d0))
    return found


def _over(surface: Surface, centre: tuple[float, float], half: tuple[float, float]) -> Array:
    """Disparities of a surface at the corners and the middles of a box a little larger."""
    steps = np.linspace(-1.1, 1.1, 5, dtype=np.float32)
    x, y = centre[0] + half[0] * steps[None], centre[1] + half[1] * steps[:, None]
    return surface.disparity(np.asarray(x, np.float32), np.asarray(y, np.float32))


def _box(rng: Rng, stage: Stage, d0: float) -> list[Surface]:
    """The front of a box, a side of it and its top, both falling away from the front's edges."""
    (x, y), wide, high = _centre(rng, stage, d0), _size(rng, stage), _size(rng, stage)
    deep = min(0.8 * (d0 - stage.low), rng.uniform(1, 20))
    side, top = deep / rng.uniform(0.05, MAX_SLOPE), deep / rng.uniform(0.1, MAX_SLOPE)
    right = rng.random() < 0.5
    edge = x + wide if right else x - wide
    away = edge + side if right else edge - side
    faces = [Surface(_rectangle(x - wide, y - high, x + wide, y + high), x, y, d0)]
    slope = -deep / side if right else deep / side
    faces.append(Surface(_rectangle(edge, y - high, away, y + high), edge, y, d0, slope))
    if rng.random() < 0.6:
        above = _rectangle(x - wide, y - high - top, x + wide, y - high)
        faces.append(Surface(above, x, y - high, d0, 0.0, deep / top))
    return faces


def _round(rng: Rng, stage: Stage, d0: float) -> list[Surface]:
    """An upright cylinder or a cone, nearest along its axis."""
    (x, y), high = _centre(rng, stage, d0), _size(rng, stage, 1.2)
    wide = high * rng.uniform(0.1, 0.8)
    bulge = -rng.uniform(0.2, 1.0) * MAX_SLOPE / 2 / wide
    shape = limited(stage, d0, (wide, high), (0.0, rng.normal(0, 0.05), bulge, 0.0))
    corners = [
        [x - wide, y + high],
        [x - wide, y - high],
        [x + wide, y - high],
        [x + wide, y + high],
    ]
    if rng.random() < 0.4:
        corners = [[x - wide, y + high], [x, y - high], [x + wide, y + high]]
    return [Surface(ConvexPolygon(np.array(corners, np.float32)), x, y, d0, *shape)]


def _table(rng: Rng, stage: Stage, d0: float) -> list[Surface]:
    """A slab seen from above, nearest at its front edge, on legs or not."""
    (x, y), wide, high = _centre(rng, stage, d0), _size(rng, stage, 2.0), _size(rng, stage, 0.5)
    slope = min(rng.uniform(0.1, MAX_SLOPE), (d0 - stage.low) / (2 * high + 1))
    slab = Surface(_rectangle(x - wide, y - 2 * high, x + wide, y), x, y, d0, 0.0, slope)
    return [slab, *(_legs(rng, stage, (x, y), wide, d0) if rng.random() < 0.6 else [])]


def _stool(rng: Rng, stage: Stage, d0: float) -> list[Surface]:
    """A seat on legs."""
    (x, y), wide = _centre(rng, stage, d0), _size(rng, stage, 0.4)
    seat = Surface(Ellipse(x, y, wide, 2 + 0.25 * wide, 0.0), x, y, d0)
    return [seat, *_legs(rng, stage, (x, y), wide, d0)]


def _legs(
    rng: Rng, stage: Stage, top: tuple[float, float], wide: float, d0: float
) -> list[Surface]:
    """Three or four legs, 1 … 6 px thick, below a table's or stool's top, two of them farther."""
    length, thick = _size(rng, stage), rng.uniform(0.5, 3)
    legs = []
    for place in np.linspace(-0.9, 0.9, int(rng.integers(3, 5))) + rng.normal(0, 0.05):
        depth = max(stage.low, d0 - rng.choice([0.0, 1.0]) * rng.uniform(0.5, 6))
        x, y = top[0] + place * wide, top[1] + length
        leg = polygon(rng, (x, y), (thick, length), rng.normal(0, 0.06), upright=True)
        legs.append(Surface(leg, x, y, depth))
    return legs


def _shelf(rng: Rng, stage: Stage, d0: float) -> list[Surface]:
    """Books side by side, each a little before or behind the next."""
    (x, y), high = _centre(rng, stage, d0), _size(rng, stage, 0.6)
    books = []
    for _ in range(int(rng.integers(3, 16))):
        wide, tall = rng.uniform(3, 25), high * rng.uniform(0.6, 1.0)
        depth = float(np.clip(d0 + rng.normal(0, 1.5), stage.low, stage.high))
        books.append(Surface(_rectangle(x, y - 2 * tall, x + wide, y), x, y, depth))
        x += wide
    return books


def _wheel(rng: Rng, stage: Stage, d0: float) -> list[Surface]:
    """A thin ring with spokes, in one plane."""
    (x, y), radius = _centre(rng, stage, d0), _size(rng, stage, 0.6) + 6
    narrow, thick = rng.uniform(0.6, 1.0), rng.uniform(1.5, 6)
    b, c, _, _ = limited(stage, d0, (radius, radius), (*rng.normal(0, 0.1, 2), 0.0, 0.0))
    outer = Ellipse(x, y, narrow * radius, radius, 0.0)
    inner = Ellipse(x, y, max(narrow * radius - thick, 1), max(radius - thick, 1), 0.0)
    outlines: list[Outline] = [Frame(outer, inner)]
    turn = rng.uniform(0, np.pi)
    for angle in turn + np.pi * np.arange(int(rng.integers(0, 7))) / 6:
        half = (narrow * radius * 0.95, rng.uniform(0.4, 1.5))
        outlines.append(polygon(rng, (x, y), half, angle, upright=True))
    return [Surface(each, x, y, d0, b, c) for each in outlines]


def _lattice(rng: Rng, stage: Stage, d0: float) -> list[Surface]:
    """Bars across bars."""
    (x, y), wide, high = _centre(rng, stage, d0), _size(rng, stage), _size(rng, stage)
    angle, filled = rng.normal(0, 0.2), rng.uniform(0.1, 0.4)
    counts = np.clip(np.array([wide, high]) * 2 / rng.uniform(8, 40), 2, 20).astype(int)
    return [
        Surface(Bars(x, y, wide, high, angle, int(counts[0]), filled), x, y, d0),
        Surface(Bars(x, y, high, wide, angle + np.pi / 2, int(counts[1]), filled), x, y, d0),
    ]


def _leaves(rng: Rng, stage: Stage, d0: float) -> list[Surface]:
    """A plant: leaves of a few px at depths of their own, some more slanted than others."""
    (x0, y0), size = _centre(rng, stage, d0), _size(rng, stage, 0.5)
    leaves = []
    for _ in range(int(rng.integers(8, 30))):
        x, y = x0 + size * rng.normal(), y0 + size * rng.normal()
        depth = float(np.clip(d0 + rng.normal(0, 3), stage.low, stage.high))
        half = rng.uniform(4, 16), rng.uniform(1, 6)
        shape = limited(stage, depth, (half[0], half[0]), (*rng.normal(0, 0.15, 2), 0.0, 0.0))
        leaf = Ellipse(x, y, *half, rng.uniform(0, np.pi))
        leaves.append(Surface(leaf, x, y, depth, *shape))
    return leaves


def _centre(rng: Rng, stage: Stage, d0: float) -> tuple[float, float]:
    """Anywhere that one camera or the other sees."""
    return rng.uniform(0, stage.width + d0), rng.uniform(0, stage.height)


def _size(rng: Rng, stage: Stage, largest: float = 1.0) -> float:
    """A half height from 4 px to that share of the picture's."""
    return float(np.exp(rng.uniform(np.log(4), np.log(max(largest * stage.height, 8)))))


def _rectangle(x0: float, y0: float, x1: float, y1: float) -> ConvexPolygon:
    """An upright rectangle between two columns, in any order, and two rows, the upper first."""
    left, right = min(x0, x1), max(x0, x1)
    corners = [[left, y0], [right, y0], [right, y1], [left, y1]]
    return ConvexPolygon(np.array(corners, np.float32))


Piece = Callable[[Rng, Stage, float], list[Surface]]
PIECES: tuple[Piece, ...] = (
    _box, _round, _table, _stool, _shelf, _wheel, _lattice, _leaves,
)  # fmt: skip
SHARES = (0.26, 0.22, 0.12, 0.1, 0.1, 0.08, 0.05, 0.07)
