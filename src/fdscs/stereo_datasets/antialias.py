"""Edges as a sensor sees them: a pixel on an edge has the mean colour of what its area shows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fdscs.stereo_datasets.pair import Mask
from fdscs.stereo_datasets.surfaces import Surface, View

Array = NDArray[np.float32]
SAMPLES = ((-0.375, -0.125), (0.125, -0.375), (0.375, 0.125), (-0.125, 0.375))  # px, a turned grid


@dataclass(frozen=True)
class Samples:
    """What a camera sees at several points of each of some `pixels`, a mask (H, W).

    Arrays (points · pixels,), all pixels' first points first: the surface's index, and where in the
    left picture's plane it is.
    """

    pixels: Mask
    surface: NDArray[np.int16]
    column: Array
    row: Array

    def mean(self, values: Array) -> Array:
        """Of values (points · pixels, channels), those of each pixel (pixels, channels)."""
        mean: Array = values.reshape(len(SAMPLES), -1, values.shape[1]).mean(0)
        return mean


def edge_samples(surfaces: Sequence[Surface], view: View, right: bool) -> Samples:
    """Samples of the pixels of a view, of the right or the left camera, that edges may cross."""
    pixels = _edges(view.surface)
    rows, columns = (each.astype(np.float32) for each in np.nonzero(pixels))
    x = np.concatenate([columns + np.float32(dx) for dx, _ in SAMPLES])
    y = np.concatenate([rows + np.float32(dy) for _, dy in SAMPLES])
    nearest = np.zeros(x.shape, np.float32)
    index, column = np.full(x.shape, -1, np.int16), x.copy()
    for number, surface in enumerate(surfaces):
        at = surface.left_column(x, y) if right else x
        disparity = at - x if right else surface.disparity(x, y)
        taken = surface.outline.covers(at, y) & (disparity > nearest)
        nearest[taken], index[taken], column[taken] = disparity[taken], number, at[taken]
    return Samples(pixels, index, column, y)


def _edges(surface: NDArray[np.int16]) -> Mask:
    """Where any of the four neighbours' surface is another."""
    edge = np.zeros(surface.shape, np.bool_)
    across, down = surface[:, 1:] != surface[:, :-1], surface[1:] != surface[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    return edge
