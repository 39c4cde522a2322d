"""The cost volume on a processor: loops over pixels and disparities, compiled by Numba.

What PyTorch would write in a dozen passes over memory is written once, in the order that
convolutions read: channels last. Elsewhere, and as a second opinion, `fdscs.model.front_end` and
`fdscs.quantization.front_end` do the same with whole tensors.
"""

from typing import Any

import numpy as np
import torch
from numba import njit
from numba.extending import intrinsic
from numpy.typing import NDArray
from torch import Tensor

Views = tuple[Tensor, Tensor]  # left and right maps, (N, h, w)
Array = NDArray[Any]

compiled = njit(cache=True, error_model="numpy", nogil=True)


def normalised_costs(
    census: Views, u: Views, v: Views, disparities: int, mean: Array, scale: Array
) -> Tensor:
    """(cost − mean)·scale of Hamming distance, |ΔU| and |ΔV| in float32, (N, 3·D, h, w).

    Channel 3·d + k compares left column x with right column x − d; columns x < d repeat column d.
    """
    costs = _empty(census[0], disparities, np.float32)
    _normalised(*_rows(census, np.int32), *_rows(u, np.float32), *_rows(v, np.float32),
                mean, scale, costs)  # fmt: skip
    return _volume(costs, census[0])


def integer_costs(census: Views, u: Views, v: Views, disparities: int, saturation: int) -> Tensor:
    """Hamming distance, |ΔU| and |ΔV| up to `saturation`, uint8 (N, 3·D, h, w), in that order."""
    costs = _empty(census[0], disparities, np.uint8)
    maps = (*_rows(census, np.int32), *_rows(u, np.int32), *_rows(v, np.int32))
    _integer(*maps, np.int32(saturation), costs)  # of their own width, for whole vectors
    return _volume(costs, census[0])


def _rows(views: Views, dtype: type[np.generic]) -> tuple[Array, Array]:
    """Both maps as (N·h, w); the right one mirrored, so that disparities run along memory."""
    left, right = (view.flatten(0, 1).numpy().astype(dtype, copy=False) for view in views)
    return np.ascontiguousarray(left), np.ascontiguousarray(right[:, ::-1])


def _empty(like: Tensor, disparities: int, dtype: type[np.generic]) -> Array:
    return np.empty((like.shape[0] * like.shape[1], like.shape[2], 3 * disparities), dtype)


def _volume(costs: Array, like: Tensor) -> Tensor:
    return torch.from_numpy(costs).reshape(*like.shape, -1).permute(0, 3, 1, 2)


def _count_ones(_: Any, word: Any) -> Any:
    """Number of ones in a word: one instruction."""
    return word(word), lambda context, builder, signature, words: builder.ctpop(words[0])


_ones: Any = intrinsic(_count_ones)


@compiled
def _normalised(
    census: Array, census_right: Array, u: Array, u_right: Array, v: Array, v_right: Array,
    mean: Array, scale: Array, costs: Array,
) -> None:  # fmt: skip
    rows, columns, channels = costs.shape
    disparities = channels // 3
    first = np.empty(disparities, np.float32)
    second, third, edge = np.empty_like(first), np.empty_like(first), np.empty_like(costs[0, 0])
    for y in range(rows):
        for x in range(columns):
            known, at = min(x + 1, disparities), columns - 1 - x
            word, words = census[y, x], census_right[y, at : at + known]
            for d in range(known):
                first[d] = (np.float32(_ones(word ^ words[d])) - mean[0]) * scale[0]
            colour, colours = u[y, x], u_right[y, at : at + known]
            for d in range(known):
                second[d] = (abs(colour - colours[d]) - mean[1]) * scale[1]
            colour, colours = v[y, x], v_right[y, at : at + known]
            for d in range(known):
                third[d] = (abs(colour - colours[d]) - mean[2]) * scale[2]
            _interleave(first, second, third, costs[y, x], known)
        _repeat_first(costs[y], edge)


@compiled
def _integer(
    census: Array, census_right: Array, u: Array, u_right: Array, v: Array, v_right: Array,
    saturation: Any, costs: Array,
) -> None:  # fmt: skip
    rows, columns, channels = costs.shape
    disparities = channels // 3
    first = np.empty(disparities, np.uint8)
    second, third, edge = np.empty_like(first), np.empty_like(first), np.empty_like(costs[0, 0])
    for y in range(rows):
        for x in range(columns):
            known, at = min(x + 1, disparities), columns - 1 - x
            word, words = census[y, x], census_right[y, at : at + known]
            for d in range(known):
                first[d] = _ones(word ^ words[d])
            colour, colours = u[y, x], u_right[y, at : at + known]
            for d in range(known):
                second[d] = min(abs(colour - colours[d]), saturation)
            colour, colours = v[y, x], v_right[y, at : at + known]
            for d in range(known):
                third[d] = min(abs(colour - colours[d]), saturation)
            _interleave(first, second, third, costs[y, x], known)
        _repeat_first(costs[y], edge)


@compiled
def _interleave(first: Array, second: Array, third: Array, costs: Array, count: int) -> None:
    """costs[3·d + k] of the first disparities; unsigned indices make it use whole vectors."""
    one, two, three = np.uint64(1), np.uint64(2), np.uint64(3)
    for d in range(np.uint64(count)):
        costs[three * d] = first[d]
        costs[three * d + one] = second[d]
        costs[three * d + two] = third[d]


@compiled
def _repeat_first(costs: Array, first: Array) -> None:
    """Columns x < d of one row (w, 3·D) become column d, the first that has a right column.

    `first` (3·D) is for these columns' costs; taken from it, a column is one piece of memory.
    """
    for d in range(len(first) // 3):
        column = costs[d]
        for channel in range(3 * d, 3 * d + 3):
            first[channel] = column[channel]
    for x in range(len(first) // 3 - 1):
        column, known = costs[x, 3 * x + 3 :], first[3 * x + 3 :]
        for channel in range(len(known)):
            column[channel] = known[channel]
