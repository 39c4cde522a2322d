"""What accumulators can reach, over all inputs that their formats allow. Needs NumPy only."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model.graph import Conv2d, Graph, Ranges

FLOAT32_INTEGERS = 1 << 24  # float32 holds every integer up to this


@dataclass(frozen=True)
class Bound:
    """What an accumulator can reach, over all inputs that its formats allow."""

    low: int
    high: int  # the half that requantisation adds included
    magnitude: int  # of the largest partial sum, in any order, before the half is added

    @property
    def bits(self) -> int:
        """Signed bits that hold every value from `low` to `high`."""
        return 1 + max(self.high.bit_length(), (-self.low - 1).bit_length() if self.low < 0 else 0)

    @property
    def exact_float(self) -> bool:
        """Whether float32 computes the layer exactly, in any order of summation.

        Twice the magnitude: qonnx adds ½ to accumulators in output steps, and where the shift is 0
        float32 has halves below 2^23 only. Standard ONNX needs `magnitude` and `high` alone.
        """
        return max(2 * self.magnitude + 1, self.high) < FLOAT32_INTEGERS


def accumulator_bounds(graph: Graph, params: Mapping[str, IntArray]) -> dict[str, Bound]:
    """The bound of every convolution of a frozen graph, by name."""
    return {conv.name: accumulator_bound(graph, conv, params) for conv in graph.of_type(Conv2d)}


def accumulator_bound(graph: Graph, conv: Conv2d, params: Mapping[str, IntArray]) -> Bound:
    """Worst case over all inputs in range, with and without the bias, zero padding included.

    Every channel's range contains zero, so no partial sum leaves the interval of the full sums.
    """
    bias = params[conv.bias].astype(np.int64)
    shift = params[conv.shift].astype(np.int64)
    least, most = sums_of_products(params[conv.weight], graph.range_of(conv.inputs[0]))
    bottom, top = np.minimum(least, least + bias), np.maximum(most, most + bias)
    half = (1 << shift) >> 1
    return Bound(
        low=int(bottom.min()),
        high=int(np.maximum(top, np.maximum(most + bias, 0) + half).max()),
        magnitude=int(np.maximum(top, -bottom).max()),
    )


def sums_of_products(weight: IntArray, ranges: Ranges) -> tuple[IntArray, IntArray]:
    """Least and most, (O,) each, of Σ weight · input for inputs in `ranges`, by input channel."""
    wide = weight.astype(np.int64)
    low, high = np.array(ranges, np.int64).T[..., None, None]
    least = np.minimum(wide * low, wide * high).sum(axis=(1, 2, 3))
    most = np.maximum(wide * low, wide * high).sum(axis=(1, 2, 3))
    return least, most
