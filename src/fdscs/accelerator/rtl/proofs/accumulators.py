"""What a convolution's accumulators can hold, from the tables that the hardware reads."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fdscs.accelerator.rtl.instances import sharing
from fdscs.accelerator.rtl.tables import bias_table, weight_table
from fdscs.hardware.dataflow import Dataflow
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g


def overflow(flow: Dataflow, conv: g.Conv2d, params: Mapping[str, IntArray]) -> str:
    """What overflows an accumulator of `conv`, or nothing: interval arithmetic, for inputs within
    their ranges, over every subset of a pixel's products, hence any order of them and zero padding.

    Weights and biases are read back from the lines of their tables; a weight stored one less for
    the sake of the one below it counts as it is multiplied. Raises InvalidGraph where the
    tables hold other weights than the network.
    """
    assert conv.acc_bits is not None
    folding, shared = flow.folding[conv.name], sharing(flow, conv)["SHARE"]
    raw = weight_table(params[conv.weight], folding, conv.weight_bits, shared)
    sets = -(-folding.pe // shared)
    lanes = _lanes(raw, conv.weight_bits, sets * shared * folding.simd)  # a row a cycle
    stored = lanes.reshape(len(lanes), -1, shared, folding.simd)
    weights = stored.copy()
    weights[:, :, 1:] += stored[:, :, :-1] < 0
    by_output = weights.reshape(len(lanes), -1, folding.simd)[:, : folding.pe]
    groups, taps = -(-conv.in_channels // folding.simd), conv.kernel**2
    # (output groups, taps, input groups, PE, SIMD) → (outputs, taps, inputs)
    split = by_output.reshape(-1, taps, groups, folding.pe, folding.simd)
    whole = split.transpose(0, 3, 1, 2, 4).reshape(-1, taps, groups * folding.simd)
    found = whole[: conv.channels, :, : conv.in_channels]
    frozen = params[conv.weight].reshape(conv.channels, conv.in_channels, taps).transpose(0, 2, 1)
    if not np.array_equal(found, frozen):
        raise g.InvalidGraph(f"{conv.name}: its table holds other weights than the network")
    low, high = np.array(flow.graph.range_of(conv.inputs[0]), np.int64).T
    ends = np.stack([found * low, found * high, np.zeros_like(found)])
    least, most = ends.min(axis=0).sum(axis=(1, 2)), ends.max(axis=0).sum(axis=(1, 2))
    biases = _lanes(
        bias_table(params[conv.bias], folding.pe, conv.acc_bits), conv.acc_bits, folding.pe
    )
    bias = biases.reshape(-1)[: conv.channels]
    bottom, top = np.minimum(least, least + bias).min(), np.maximum(most, most + bias).max()
    limit = 1 << (conv.acc_bits - 1)
    if -limit <= bottom and top < limit:
        return ""
    return f"{conv.name}: accumulators reach {bottom} … {top}, beyond {conv.acc_bits} bits"


def _lanes(table: bytes, bits: int, lanes: int) -> NDArray[np.int64]:
    """Lines for $readmemh → (words, lanes) of signed numbers; the lowest bits are lane 0."""
    mask, sign = (1 << bits) - 1, 1 << (bits - 1)
    words = [int(line, 16) for line in table.split()]
    rows = [[((word >> i * bits & mask) ^ sign) - sign for i in range(lanes)] for word in words]
    return np.array(rows, np.int64)
