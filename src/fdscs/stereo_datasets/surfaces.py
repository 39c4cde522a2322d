"""Slanted and curved surfaces seen by two rectified cameras, and which of them each pixel shows.

A surface lives in the left picture's coordinates: x to the right, y down, in pixels, with x beyond
the picture's width for what only the right camera sees. With t = x − x0 and s = y − y0 its
disparity there is d = d0 + b·t + c·s + e·t² + f·s², so the right camera's column u = x − d shows
the t that solves e·t² − (1 − b)·t + (u − x0 + d0 + c·s + f·s²) = 0; of two solutions the one where
∂d/∂x < 1, so that x grows with u. Where surfaces overlap, the larger disparity is nearer.

All arrays are float32; `y` is a column of rows and broadcasts against `x`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fdscs.stereo_datasets.outlines import Outline
from fdscs.stereo_datasets.pair import Mask

Array = NDArray[np.float32]
Window = tuple[slice, slice]
OCCLUSION_PX = 0.01  # a surface hides another when nearer by this: above rounding, below sight


@dataclass(frozen=True)
class Surface:
    """A paraboloid of disparity d0 at (x0, y0), slopes b along x and c along y, curvatures e and f.

    Within its outline ∂d/∂x = b + 2·e·t stays between −1 and 1.
    """

    outline: Outline
    x0: float
    y0: float
    d0: float
    b: float = 0.0
    c: float = 0.0
    e: float = 0.0
    f: float = 0.0

    def disparity(self, x: Array, y: Array) -> Array:
        """Disparity at the left picture's x, y."""
        row = self._row(y)
        if not self.e:
            return np.asarray(np.float32(self.b) * x + (row - np.float32(self.b * self.x0)))
        t = x - np.float32(self.x0)
        return np.asarray((np.float32(self.e) * t + np.float32(self.b)) * t + row)

    def left_column(self, u: Array, y: Array) -> Array:
        """The left picture's x that the right camera sees at column u; NaN where there is none."""
        rest = u + (self._row(y) - np.float32(self.x0))
        if not self.e:
            return np.asarray(rest * np.float32(1 / (1 - self.b)) + np.float32(self.x0))
        slope = np.float32(1 - self.b)
        with np.errstate(invalid="ignore"):
            root = np.sqrt(slope * slope - np.float32(4 * self.e) * rest)
        return np.asarray(2 * rest / (slope + root) + np.float32(self.x0))

    def _row(self, y: Array) -> Array:
        """d0 + c·s + f·s²."""
        s = y - np.float32(self.y0)
        row = (np.float32(self.f) * s + np.float32(self.c)) * s + np.float32(self.d0)
        return np.asarray(row, np.float32)


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
    """What the right picture shows; no surface's disparity may be above `max_px`."""
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


def seen_by_left(surfaces: Sequence[Surface], right: View, max_px: float) -> Mask:
    """Where the left camera sees what the right picture shows."""
    columns = right.disparity.shape[1]
    x_all = np.arange(columns, dtype=np.float32) + right.disparity
    visible: Mask = x_all <= columns - 1
    for surface in surfaces:
        x_low, top, x_high, bottom = surface.outline.box
        window = _window(visible.shape, x_low - max_px, top, x_high, bottom)
        y, _ = _coordinates(window)
        x = x_all[window]
        nearer = surface.disparity(x, y) > right.disparity[window] + np.float32(OCCLUSION_PX)
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
