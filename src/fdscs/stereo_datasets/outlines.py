"""Regions of the left picture's plane that surfaces cover.

All arrays are float32; `y` is a column of rows and broadcasts against `x`. A `box` is the left,
top, right and bottom limit of a region.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fdscs.stereo_datasets.pair import Mask

Array = NDArray[np.float32]
Box = tuple[float, float, float, float]


class Outline(Protocol):
    """A region."""

    @property
    def box(self) -> Box: ...

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
    box: Box = field(init=False)

    def __post_init__(self) -> None:
        low, high = self.corners.min(0), self.corners.max(0)
        object.__setattr__(self, "box", (*map(float, low), *map(float, high)))

    def covers(self, x: Array, y: Array) -> Mask:
        inside = np.ones(np.broadcast_shapes(x.shape, y.shape), np.bool_)
        for (x0, y0), (x1, y1) in zip(self.corners, np.roll(self.corners, -1, 0), strict=True):
            inside &= (y1 - y0) * (x - x0) <= (x1 - x0) * (y - y0)
        return inside


@dataclass(frozen=True)
class Place:
    """A frame of half axes `a` and `b` about (x0, y0), turned by `angle` radians."""

    x0: float
    y0: float
    a: float
    b: float
    angle: float

    @property
    def box(self) -> Box:
        """The box around the rectangle that the half axes span."""
        cos, sin = abs(np.cos(self.angle)), abs(np.sin(self.angle))
        w, h = float(self.a * cos + self.b * sin), float(self.a * sin + self.b * cos)
        return self.x0 - w, self.y0 - h, self.x0 + w, self.y0 + h

    def axes(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Position along and across, in half axes."""
        cos, sin = np.float32(np.cos(self.angle)), np.float32(np.sin(self.angle))
        dx, dy = x - np.float32(self.x0), y - np.float32(self.y0)
        along = (dx * cos + dy * sin) * np.float32(1 / self.a)
        across = (dy * cos - dx * sin) * np.float32(1 / self.b)
        return along, across


@dataclass(frozen=True)
class Ellipse(Place):
    """The ellipse of those half axes."""

    @property
    def box(self) -> Box:
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        w = float(np.hypot(self.a * cos, self.b * sin))
        h = float(np.hypot(self.a * sin, self.b * cos))
        return self.x0 - w, self.y0 - h, self.x0 + w, self.y0 + h

    def covers(self, x: Array, y: Array) -> Mask:
        along, across = self.axes(x, y)
        inside: Mask = along * along + across * across <= 1
        return inside


@dataclass(frozen=True)
class Blob(Place):
    """A ragged disc of radius 1 + Σ heights[k]·cos((k + 2)·angle + phases[k]), shrunk to fit."""

    heights: tuple[float, ...]
    phases: tuple[float, ...]

    def covers(self, x: Array, y: Array) -> Mask:
        along, across = self.axes(x, y)
        turn = np.arctan2(across, along)
        radius = np.ones_like(turn)
        for k, (height, phase) in enumerate(zip(self.heights, self.phases, strict=True)):
            radius += np.float32(height) * np.cos(np.float32(k + 2) * turn + np.float32(phase))
        radius *= np.float32(1 / (1 + sum(map(abs, self.heights))))
        inside: Mask = along * along + across * across <= radius * np.abs(radius)
        return inside


@dataclass(frozen=True)
class Bars(Place):
    """Parallel bars, `count` across the long axis, each filling the share `filled` of its pitch."""

    count: int
    filled: float

    def covers(self, x: Array, y: Array) -> Mask:
        along, across = self.axes(x, y)
        place = (along + 1) * np.float32(self.count / 2)
        inside: Mask = (np.abs(along) <= 1) & (np.abs(across) <= 1)
        inside &= place - np.floor(place) <= np.float32(self.filled)
        return inside


@dataclass(frozen=True)
class Wire(Place):
    """A wave along the long axis: `waves` of them, half as thick as `thickness` half axes."""

    waves: float
    phase: float
    thickness: float

    def covers(self, x: Array, y: Array) -> Mask:
        along, across = self.axes(x, y)
        wave = np.sin(along * np.float32(np.pi * self.waves) + np.float32(self.phase))
        centre = wave * np.float32(1 - self.thickness)
        inside: Mask = (np.abs(along) <= 1) & (np.abs(across - centre) <= self.thickness)
        return inside


@dataclass(frozen=True)
class Frame:
    """What `outer` covers and `inner` does not."""

    outer: Outline
    inner: Outline

    @property
    def box(self) -> Box:
        return self.outer.box

    def covers(self, x: Array, y: Array) -> Mask:
        return self.outer.covers(x, y) & ~self.inner.covers(x, y)
