"""Inputs that real pairs do not hold: extremes, saturation, ties, borders, odd sizes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray, dtype_of
from fdscs.model.graph import Graph
from fdscs.stereo_datasets.pair import StereoPair

ROWS = 37  # odd, and no multiple of what the U-Net pads to


@dataclass(frozen=True)
class CodeCase:
    """Inputs of the network itself, which images cannot reach."""

    name: str
    cost: IntArray
    rgb: IntArray


def image_cases(graph: Graph, seed: int = 0) -> Iterator[StereoPair]:
    """Pairs just wide enough for the disparities, with odd and even sizes."""
    rng = np.random.default_rng(seed)
    disparities = graph.disparities
    odd, even = (ROWS, 2 * disparities + 13), (ROWS - 3, 2 * disparities)
    black, white = (np.full((*odd, 3), value, np.uint8) for value in (0, 255))
    yield StereoPair("all minimum", black, black)
    yield StereoPair("all maximum", white, white)
    yield StereoPair("black against white", black, white)
    noise = rng.integers(0, 256, (2, *odd, 3), dtype=np.uint8)
    yield StereoPair("noise, odd size", noise[0], noise[1])
    extremes = 255 * rng.integers(0, 2, (2, *even, 3), dtype=np.uint8)
    yield StereoPair("saturated noise, even size", extremes[0], extremes[1])
    blue, orange = np.array([0, 0, 255], np.uint8), np.array([255, 128, 0], np.uint8)
    yield StereoPair("chroma saturated", *(np.tile(c, (*even, 1)) for c in (blue, orange)))
    checker = (255 * (np.indices(odd).sum(axis=0) % 2)).astype(np.uint8)[..., None].repeat(3, 2)
    yield StereoPair("one-pixel checkerboard", checker, np.roll(checker, 1, axis=1))
    border = black.copy()
    border[[0, -1]] = border[:, [0, -1]] = 255
    yield StereoPair("bright border", border, border)
    ramp = np.linspace(0, 255, odd[1]).astype(np.uint8)
    smooth = np.tile(ramp[None, :, None], (odd[0], 1, 3))
    yield StereoPair("ramp", smooth, np.roll(smooth, -7, axis=1))


def code_cases(graph: Graph, seed: int = 0) -> Iterator[CodeCase]:
    """Cost and rgb codes at the ends of their ranges, in noise, and as single pixels."""
    rng = np.random.default_rng(seed)
    _, rows, columns = graph.shapes(ROWS, 2 * graph.disparities)["rgb"]
    limits = [_limits(graph, name) for name in ("cost", "rgb")]

    def case(name: str, choose: object) -> CodeCase:
        arrays = []
        for (low, high), tensor in zip(limits, ("cost", "rgb"), strict=True):
            fmt = graph.format_of(tensor)
            codes = choose(low, high, (len(low), rows, columns))  # type: ignore[operator]
            arrays.append(codes.astype(dtype_of(fmt.bits, fmt.signed)))
        return CodeCase(name, *arrays)

    yield case("codes all minimum", lambda low, high, shape: np.broadcast_to(low, shape))
    yield case("codes all maximum", lambda low, high, shape: np.broadcast_to(high, shape))
    yield case("codes noise", lambda low, high, shape: rng.integers(low, high + 1, shape))
    yield case(
        "codes at either end",
        lambda low, high, shape: np.where(rng.random(shape) < 0.5, low, high),
    )
    yield case(
        "channels at either end",
        lambda low, high, shape: np.broadcast_to(
            np.where(rng.random((shape[0], 1, 1)) < 0.5, low, high), shape
        ),
    )
    yield case("single pixels", lambda low, high, shape: _single_pixels(low, high, shape))


def _limits(graph: Graph, name: str) -> tuple[IntArray, IntArray]:
    low, high = np.array(graph.range_of(name), np.int64).T
    return low[:, None, None], high[:, None, None]


def _single_pixels(low: IntArray, high: IntArray, shape: tuple[int, int, int]) -> IntArray:
    codes = np.broadcast_to(low, shape).copy()
    corners = (0, 0, -1, -1, shape[1] // 2), (0, -1, 0, -1, shape[2] // 2)
    codes[:, corners[0], corners[1]] = high[:, 0]
    return codes
