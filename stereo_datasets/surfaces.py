"""Slanted planar surfaces seen by two rectified cameras, and which of them each pixel shows.

A surface lives in the left picture's coordinates: x to the right, y down, in pixels, with x beyond
the picture's width for what only the right camera sees. Its disparity there is
d(x, y) = d0 + b·(x − x0) + c·(y − y0), so the right camera's column u = x − d shows
x = (u + d0 − b·x0 + c·(y − y0)) / (1 − b). Where surfaces overlap, the larger disparity is nearer.
All arrays are float32; `y` is a column of rows and broadcasts against `x`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stereo_datasets.pair import Mask

Array = NDArray[np.float32]
Window = tuple[slice, slice]
OCCLUSION_PX = 0.01  # a surface hides another when nearer by this: above rounding, below sight


class Outline(Protocol):
    """The region of the left picture's plane that a surface covers."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom limits."""

    def covers(self, x: Array, y: Array) -> Mask: ...


@dataclass(frozen=True)
class Everywhere:
    """No outline: a wall or a ground without end."""

    box = (-np.inf, -np.inf, np.inf, np.inf)

    def covers(self, x: Array, y: Array) -> Mask:
        return np.ones(np.broadcast_shapes(x.shape, y.shape), np.bool_)


@dataclass(frozen=True, eq=False)
class ConvexPolygon:
    """Corners (n, 2) as x, y, in order of rising angle about the inside."""

    corners: Array
    box: tuple[float, float, float, float] = field(init=False)

    def __post_init__(self) -> None:
        low, high = self.corners.min(0), self.corners.max(0)
        object.__setattr__(self, "box", (*map(float, low), *map(float, high)))

    def covers(self, x: Array, y: Array) -> Mask:
        inside = np.ones(np.broadcast_shapes(x.shape, y.shape), np.bool_)
        for (x0, y0), (x1, y1) in zip(self.corners, np.roll(self.corners, -1, 0), strict=True):
            inside &= (y1 - y0) * (x - x0) <= (x1 - x0) * (y - y0)
        return inside


@dataclass(frozen=True)
class Ellipse:
    """Half axes `a` and `b` about (x0, y0), turned by `angle` radians."""

    x0: float
    y0: float
    a: float
    b: float
    angle: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        w, h = (
            float(np.hypot(self.a * cos, self.b * sin)),
            float(np.hypot(self.a * sin, self.b * cos)),
        )
        return self.x0 - w, self.y0 - h, self.x0 + w, self.y0 + h

    def covers(self, x: Array, y: Array) -> Mask:
        cos, sin = np.float32(np.cos(self.angle)), np.float32(np.sin(self.angle))
        dx, dy = x - np.float32(self.x0), y - np.float32(self.y0)
        along = (dx * cos + dy * sin) / np.float32(self.a)
        across = (dy * cos - dx * sin) / np.float32(self.b)
        inside: Mask = along * along + across * across <= 1
        return inside


@dataclass(frozen=True)
class Surface:
    """A plane of disparity d0 at (x0, y0) and slopes b along x (below 1) and c along y."""

    outline: Outline
    x0: float
    y0: float
    d0: float
    b: float
    c: float

    def disparity(self, x: Array, y: Array) -> Array:
        """Disparity at the left picture's x, y."""
        row = self.d0 - self.b * self.x0 + self.c * (y - self.y0)
        return np.asarray(np.float32(self.b) * x + row, np.float32)

    def left_column(self, u: Array, y: Array) -> Array:
        """The left picture's x that the right camera sees at column u."""
        row = (self.d0 - self.b * self.x0 + self.c * (y - self.y0)) / (1 - self.b)
        return np.asarray(np.float32(1 / (1 - self.b)) * u + row, np.float32)


@dataclass(frozen=True)
class View:
    """What a camera sees: disparity, float32 (H, W), and the surface's index, int16 (H, W)."""

    disparity: Array
    surface: NDArray[np.int16]


def left_view(surfaces: Sequence[Surface], size: tuple[int, int]) -> View:
    """The nearest surface at each pixel of the left picture; 0 and −1 where there is none."""
    view = View(np.zeros(size, np.float32), np.full(size, -1, np.int16))
    for index, surface in enumerate(surfaces):
        left, top, right, bottom = surface.outline.box
        window = _window(size, left, top, right, bottom)
        y, x = _coordinates(window)
        _put(view, window, index, surface.disparity(x, y), surface.outline.covers(x, y))
    return view


def right_view(surfaces: Sequence[Surface], size: tuple[int, int], max_px: float) -> View:
    """The same for the right picture; no surface's disparity may be above `max_px`."""
    view = View(np.zeros(size, np.float32), np.full(size, -1, np.int16))
    for index, surface in enumerate(surfaces):
        left, top, right, bottom = surface.outline.box
        window = _window(size, left - max_px, top, right, bottom)
        y, u = _coordinates(window)
        x = surface.left_column(u, y)
        _put(view, window, index, x - u, surface.outline.covers(x, y))
    return view


def seen_by_both(surfaces: Sequence[Surface], left: View, max_px: float) -> Mask:
    """Where the right camera sees what the left picture shows: in its picture, hidden by nothing.

    Exact: every surface is tried at the very (fractional) column of the right picture.
    """
    u_all = np.arange(left.disparity.shape[1], dtype=np.float32) - left.disparity
    visible: Mask = u_all >= 0
    for surface in surfaces:
        x_low, top, x_high, bottom = surface.outline.box
        window = _window(visible.shape, x_low - max_px, top, x_high, bottom)
        y, _ = _coordinates(window)
        u = u_all[window]
        x = surface.left_column(u, y)
        nearer = x - u > left.disparity[window] + np.float32(OCCLUSION_PX)
        visible[window] &= ~(nearer & surface.outline.covers(x, y))
    return visible


def _put(view: View, window: Window, index: int, disparity: Array, covered: Mask) -> None:
    taken = covered & (disparity > view.disparity[window])
    np.copyto(view.disparity[window], disparity, where=taken)
    np.copyto(view.surface[window], np.int16(index), where=taken)


def _window(size: tuple[int, ...], left: float, top: float, right: float, bottom: float) -> Window:
    height, width = size
    rows, columns = np.clip((top, bottom + 1), 0, height), np.clip((left, right + 1), 0, width)
    return slice(int(rows[0]), int(rows[1])), slice(int(columns[0]), int(columns[1]))


def _coordinates(window: Window) -> tuple[Array, Array]:
    rows, columns = window
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
    return y, np.arange(columns.start, columns.stop, dtype=np.float32)[None, :]
