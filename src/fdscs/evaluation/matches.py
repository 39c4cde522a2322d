"""Where single points of the left view lie in the right one, found without any network.

A stereo network sees only one direction of one row, and gives a disparity for whatever it is fed.
Points that are searched to both sides and in the rows above and below say how the two cameras
stand to each other, whatever the network makes of them.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.stereo_datasets.pair import Picture

Gray = NDArray[np.float32]

COARSE = 320  # px: about as long as the longer side is when it is searched first
RADIUS, SIDE = 4, 9  # px: a patch reaches so far from its centre, and is so long
ROWS = 8  # coarse px that are searched above and below
CELLS = (8, 16)  # rows and columns of a grid; each cell gives its most distinct point
ALIKE = 0.85  # correlation of a match, at least
APART = 0.04  # by which it is better than any other place
FLAT = 4.0  # standard deviation of gray below which a patch shows nothing
AWAY = 2  # coarse px from the best place where another one counts as another


@dataclass(frozen=True, eq=False)
class Matches:
    """Points (x, y) of the left view and how far right and down they lie in the right view, px.

    A rectified pair has `down` of 0 everywhere and `right` of −disparity, so never above 0.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    right: NDArray[np.float32]
    down: NDArray[np.float32]
    tried: int  # points that were distinct enough to look for

    def __len__(self) -> int:
        return len(self.x)


def find_matches(left: Picture, right: Picture) -> Matches:
    """Matches of distinct points, sought up to half the width to both sides and some rows around.

    At a coarse resolution first, by normalised correlation of 9×9 patches; a place counts where it
    is good and no other is nearly as good. Then at full resolution around it, the row between
    pixels by a parabola. Views (H, W, 3) of the same size; smaller ones than a patch give nothing.
    """
    factor = -(-max(left.shape) // COARSE)
    fine = [_gray(view) for view in (left, right)]
    coarse = [_reduced(view, factor) for view in fine]
    if min(coarse[0].shape) <= 2 * RADIUS:
        return Matches(*np.empty((4, 0), np.float32), tried=0)
    others = _patches(coarse[1])
    points, found = _distinct_points(coarse[0]), []
    for row, column in points:
        patch = _patches(coarse[0][row : row + SIDE, column : column + SIDE])[0, 0]
        place = _coarse_place(patch, others, row, column)
        if place is not None:
            at, near = (
                factor * np.add((row, column), RADIUS) + factor // 2
                for row, column in ((row, column), place)
            )
            refined = _refined(fine[0], fine[1], at, near, factor + 1)
            if refined is not None:
                found.append((at[1], at[0], refined[1], refined[0]))
    table = np.array(found, np.float32).reshape(-1, 4)
    return Matches(*table.T, tried=len(points))


def _gray(view: Picture) -> Gray:
    return view.mean(axis=2, dtype=np.float32)


def _reduced(gray: Gray, factor: int) -> Gray:
    """Means of factor × factor blocks; what is over at the right and below is left out."""
    rows, columns = (size // factor for size in gray.shape)
    cut = gray[: rows * factor, : columns * factor]
    return cut.reshape(rows, factor, columns, factor).mean(axis=(1, 3), dtype=np.float32)


def _patches(gray: Gray) -> Gray:
    """The 9×9 patch around every pixel that has one, as 81 values: mean 0, length 1; 0 if flat."""
    windows = np.lib.stride_tricks.sliding_window_view(gray, (SIDE, SIDE))
    rows = windows.reshape(*windows.shape[:2], SIDE * SIDE)
    rows = rows - rows.mean(axis=2, keepdims=True)  # not in place: it may be a view of gray
    length = np.sqrt(np.einsum("rck,rck->rc", rows, rows))[..., None]
    rows /= np.maximum(length, 1)
    rows *= length > FLAT * SIDE
    return rows


def _distinct_points(gray: Gray) -> list[tuple[int, int]]:
    """Place in `_patches` of each cell's patch that changes most both ways.

    The smaller eigenvalue of the structure tensor, as Shi and Tomasi (1994) choose points.
    """
    down, along = np.gradient(gray)
    xx, yy, xy = (_sums(each) for each in (along * along, down * down, along * down))
    score = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    points = []
    for rows in _split(score.shape[0], CELLS[0]):
        for columns in _split(score.shape[1], CELLS[1]):
            cell = score[rows, columns]
            row, column = np.unravel_index(int(cell.argmax()), cell.shape)
            if cell[row, column] > SIDE**2 * FLAT:
                points.append((int(rows.start + row), int(columns.start + column)))
    return points


def _split(size: int, parts: int) -> list[slice]:
    edges = np.unique(np.linspace(0, size, parts + 1).astype(int))
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]


def _sums(values: Gray) -> Gray:
    """Sums over all 9×9 patches, by the integral image."""
    total = np.pad(values.astype(np.float64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    sums = total[SIDE:, SIDE:] - total[:-SIDE, SIDE:] - total[SIDE:, :-SIDE] + total[:-SIDE, :-SIDE]
    return sums.astype(np.float32)


def _coarse_place(patch: Gray, others: Gray, row: int, column: int) -> tuple[int, int] | None:
    """Where among `others` the patch lies; None where nowhere for certain."""
    top, first = max(0, row - ROWS), max(0, column - others.shape[1] // 2)
    scores = others[top : row + ROWS + 1, first : column + others.shape[1] // 2 + 1] @ patch
    y, x = (int(k) for k in np.unravel_index(int(scores.argmax()), scores.shape))
    best = scores[y, x]
    scores[max(0, y - AWAY) : y + AWAY + 1, max(0, x - AWAY) : x + AWAY + 1] = -1
    if best < ALIKE or scores.max() > best - APART:
        return None
    return top + y, first + x


def _refined(
    left: Gray, right: Gray, at: NDArray[Any], near: NDArray[Any], reach: int
) -> tuple[float, float] | None:
    """Pixels down and right of `at` by the best place around `near`, between rows by a parabola."""
    top, first = np.maximum(near - reach - RADIUS, 0)
    y, x = at
    area = right[top : near[0] + reach + RADIUS + 1, first : near[1] + reach + RADIUS + 1]
    patch = left[y - RADIUS : y + RADIUS + 1, x - RADIUS : x + RADIUS + 1]
    scores = _patches(area) @ _patches(patch)[0, 0]
    row, column = (int(k) for k in np.unravel_index(int(scores.argmax()), scores.shape))
    if scores[row, column] < ALIKE:
        return None
    between = 0.0
    if 0 < row < scores.shape[0] - 1:
        above, here, below = scores[row - 1 : row + 2, column]
        bend = above - 2 * here + below
        between = float((above - below) / (2 * bend)) if bend < 0 else 0.0
    return float(top + row + RADIUS + between - y), float(first + column + RADIUS - x)
