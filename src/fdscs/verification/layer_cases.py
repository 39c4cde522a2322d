"""Inputs of each layer alone that drive its accumulators to their ends and onto ties.

What images make of a deep layer's input is a small part of what its format allows: many channels
never saturate, and ties of each channel are rare. So every convolution is also run by itself, on
inputs chosen from its weights. In a window of its own, each output channel gets

* its largest and its smallest accumulator,
* the accumulator that lies on a tie, and the one just below it, which is rounded down,

as far as its weights can make them; and all get noise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray, dtype_of
from fdscs.model.graph import Conv2d, Graph, Requantise

NOISE = 8  # rows of windows
TRIES = 6  # ties looked for, in each channel


@dataclass(frozen=True)
class LayerCase:
    """The input of one convolution, codes (I, rows, columns)."""

    conv: str
    codes: IntArray


def layer_cases(graph: Graph, params: Mapping[str, IntArray], seed: int = 0) -> Iterator[LayerCase]:
    """One case for each convolution."""
    rng = np.random.default_rng(seed)
    for relu in graph.of_type(Requantise):
        conv = graph.conv_of(relu.name)
        low, high = np.array(graph.range_of(conv.inputs[0]), np.int64).T
        low, high = (each.repeat(conv.kernel**2) for each in (low, high))  # as weights lie
        weight = params[conv.weight].astype(np.int64).reshape(conv.channels, -1)
        windows = [
            np.where(weight > 0, high, low),
            np.where(weight < 0, high, low),
            *_ties(rng, relu, weight, params, low, high),
        ]
        columns = max(8, int(np.sqrt(2 * sum(map(len, windows)))))
        windows.append(rng.integers(low, high + 1, (NOISE * columns, len(low))))
        fmt = graph.format_of(conv.inputs[0])
        codes = _tiled(np.concatenate(windows), conv, columns)
        yield LayerCase(conv.name, codes.astype(dtype_of(fmt.bits, fmt.signed)))


def _ties(
    rng: np.random.Generator,
    relu: Requantise,
    weight: IntArray,
    params: Mapping[str, IntArray],
    low: IntArray,
    high: IntArray,
) -> Iterator[IntArray]:
    """For each channel, inputs whose accumulator is on a tie; then, one below a tie."""
    bias = params[f"{relu.inputs[0]}.bias"].astype(np.int64)
    shift = params[relu.shift].astype(np.int64)
    half = (np.int64(1) << shift) >> 1
    most = bias + np.maximum(weight * low, weight * high).sum(axis=1)
    codes = np.clip((most + half) >> shift, 1, relu.format.max)
    for below in (0, 1):
        best = np.zeros_like(weight)
        missed = np.full(len(weight), np.iinfo(np.int64).max)
        for _ in range(TRIES):
            code = 1 + (rng.random(len(codes)) * codes).astype(np.int64)
            target = (np.minimum(code, codes) << shift) - half - below - bias
            found = _reaching(rng, target, weight, low, high)
            miss = np.abs(target - (weight * found).sum(axis=1))
            better = miss < missed
            best[better], missed[better] = found[better], miss[better]
        yield best


def _reaching(
    rng: np.random.Generator, target: IntArray, weight: IntArray, low: IntArray, high: IntArray
) -> IntArray:
    """Inputs (O, n) in range whose products with `weight` sum to `target` (O,), or close to it.

    From random inputs of a tenth of the range, the largest weights first take off what lacks.
    """
    rows = np.arange(len(weight))
    found = np.clip(
        (rng.random(weight.shape) * (high - low) * 0.1 + low).astype(np.int64), low, high
    )
    lack = target - (weight * found).sum(axis=1)
    for place in np.argsort(-np.abs(weight), axis=1, kind="stable").T:
        factor = weight[rows, place]
        divisor = np.where(factor == 0, 1, np.abs(factor))
        wanted = np.where(
            factor == 0, 0, np.sign(factor) * np.sign(lack) * (np.abs(lack) // divisor)
        )
        before = found[rows, place]
        after = np.clip(before + wanted, low[place], high[place])
        found[rows, place] = after
        lack -= factor * (after - before)
    return found


def _tiled(windows: IntArray, conv: Conv2d, columns: int) -> IntArray:
    """Windows (N, I·k·k) side by side in an image (I, rows, columns); what is left over is 0."""
    rows = -(-len(windows) // columns)
    kernel = conv.kernel
    filled = np.zeros((rows * columns, windows.shape[1]), np.int64)
    filled[: len(windows)] = windows
    grid = filled.reshape(rows, columns, conv.in_channels, kernel, kernel)
    return grid.transpose(2, 0, 3, 1, 4).reshape(conv.in_channels, rows * kernel, columns * kernel)
