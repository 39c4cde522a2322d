"""Can this ground truth belong to this pair? No file says in which unit its numbers are.

Where the right view, warped by the truth, resembles the left no better than when it is warped by
the truth displaced, the truth says nothing about the pair. Resemblance is the agreement of census
words (24 comparisons with the neighbours in 5x5, Zabih and Woodfill 1994), which different gains,
offsets and exposures of the cameras leave alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fdscs.stereo_datasets.pair import Disparity, Mask, Picture, StereoPair

POINTS = 10_000  # pixels with truth that are looked at, of all
FEWEST = 200  # below which nothing can be said
DISPLACED = [step for step in range(-24, 25) if abs(step) >= 3]  # px
# Comparisons of 24. By more than this a right truth beats every displaced one: by 1.8 and more on
# real pairs, by 0.2 on made-up ones almost without texture. A wrong one loses by 1 as a rule.
CHANCE = 0.1
BETTER, CLEARLY = 0.5, 1.5  # by which another reading must beat the numbers to be right instead
NO_BETTER = "the right view warped by it resembles the left no better than chance"
FACTORS = (1 / 16, 1 / 8, 1 / 4, 0.390625, 1 / 2, 2, 2.56, 4, 8, 16)

Words = NDArray[np.uint32]


@dataclass(frozen=True)
class _Points:
    """Left pixels whose disparity (px) is known."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    disparity: NDArray[np.float32]


def misfit(pair: StereoPair) -> str | None:
    """Why the truth of `pair` cannot be its own, in words; None where it can, or nobody can tell.

    Nobody can where fewer than FEWEST pixels have truth, and in pictures without texture.
    """
    if pair.disparity is None or pair.valid is None or int(pair.valid.sum()) < FEWEST:
        return None
    left, right = census(pair.left), census(pair.right)
    points = _points(pair.disparity, pair.valid)
    here, displaced = _agreements(left, right, points)
    chance = max([0.0, *displaced])
    if displaced and chance - min(displaced) < 1e-3 and here is not None and here >= chance:
        return None  # without texture every place resembles every other
    if here is None or here - chance <= CHANCE:
        agreement, advice = max(_other_readings(left, right, points))
        return NO_BETTER + (advice if agreement >= chance + CLEARLY else "")
    # Upside down it is about other pixels, which may resemble anything more: what counts is by how
    # much each beats its own chance.
    upturned = _points(pair.disparity[::-1], pair.valid[::-1])
    there, displaced = _agreements(left, right, upturned)
    if there is not None and there - max([0.0, *displaced]) >= here - chance + BETTER:
        return "upside down it would fit better, so its rows are likely in the other order"
    return None


def census(picture: Picture) -> Words:
    """24 bits a pixel of uint8 (H, W, 3): which neighbours in 5x5 are brighter; borders repeat."""
    rows, columns = picture.shape[:2]
    weights = np.array([77, 150, 29], np.uint32)
    gray = ((picture @ weights) >> 8).astype(np.uint8)
    padded = np.pad(gray, 2, mode="edge")
    words = np.zeros((rows, columns), np.uint32)
    places = [(y, x) for y in range(5) for x in range(5) if (y, x) != (2, 2)]
    for bit, (y, x) in enumerate(places):
        brighter = padded[y : y + rows, x : x + columns] > gray
        words |= brighter.astype(np.uint32) << np.uint32(bit)
    return words


def _points(disparity: Disparity, valid: Mask) -> _Points:
    rows, columns = np.nonzero(valid)
    if len(rows) > POINTS:
        picked = np.random.default_rng(0).choice(len(rows), POINTS, replace=False)
        rows, columns = rows[picked], columns[picked]
    return _Points(rows, columns, disparity[rows, columns])


def _agreement(left: Words, right: Words, points: _Points, step: float = 0.0) -> float | None:
    """Mean number of equal comparisons; None where hardly a point falls within the right view."""
    matched = np.rint(points.columns - points.disparity - step)
    inside = (matched >= 0) & (matched < left.shape[1])
    if int(inside.sum()) < FEWEST // 4:
        return None
    rows, columns = points.rows[inside], points.columns[inside]
    other = right[rows, matched[inside].astype(np.intp)]
    return 24 - float(np.bitwise_count(left[rows, columns] ^ other).mean())


def _best(left: Words, right: Words, points: _Points) -> float | None:
    """Agreement of the truth, or a pixel beside it: rectification and laser are no better."""
    found = [_agreement(left, right, points, step) for step in (-1, 0, 1)]
    return max((each for each in found if each is not None), default=None)


def _agreements(left: Words, right: Words, points: _Points) -> tuple[float | None, list[float]]:
    """Agreement of the truth, and those of the truth displaced."""
    displaced = (_agreement(left, right, points, step) for step in DISPLACED)
    return _best(left, right, points), [each for each in displaced if each is not None]


def _other_readings(left: Words, right: Words, points: _Points) -> Iterator[tuple[float, str]]:
    """What the numbers could mean instead: agreement and advice."""
    for factor in FACTORS:
        scaled = _Points(points.rows, points.columns, points.disparity * np.float32(factor))
        advice = f"; multiplied by {factor:g} it would fit, as a 16-bit PNG of `--scale "
        yield _best(left, right, scaled) or 0.0, f"{advice}{256 / factor:g}`"
    yield _best(right, left, points) or 0.0, "; with left and right exchanged it would fit"
