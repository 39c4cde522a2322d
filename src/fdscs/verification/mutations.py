"""Single-bit faults of a datapath: a weight, bias, shift, rounding, limit or attribute gone wrong.

A faulty back end is the integer reference with one bit of one operation changed. `sample_faults`
draws them, `faulty` computes the operation that has one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.ops.conv2d import conv2d
from fdscs.model import graph as g
from fdscs.verification.attribute_faults import ATTRIBUTES

WEIGHT, BIAS, SHIFT, ROUNDING, LIMIT, ATTRIBUTE = KINDS = (
    "weight", "bias", "shift", "rounding", "limit", "attribute",
)  # fmt: skip
SHIFT_BITS = 5

Parameters = Mapping[str, IntArray]


@dataclass(frozen=True)
class Fault:
    """One bit of one operation: of a value by its index, or of an attribute by its name."""

    kind: str
    layer: str  # the node whose tensor it changes first
    index: tuple[int, ...]  # output channel first; empty for limits and attributes
    bit: int
    attribute: str = ""

    def __str__(self) -> str:
        what = self.attribute or f"{self.kind}{list(self.index) if self.index else ''}"
        return f"{self.layer}: bit {self.bit} of {what}"


def sample_faults(
    graph: g.Graph, params: Parameters, count: int, seed: int, kinds: Sequence[str] = KINDS
) -> list[Fault]:
    """`count` faults: kinds in turn, each in a node, value and bit drawn evenly."""
    rng = np.random.default_rng(seed)
    convs, relus = graph.of_type(g.Conv2d), graph.of_type(g.Requantise)
    choices = list(attribute_faults(graph))
    faults = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        conv = convs[int(rng.integers(len(convs)))]
        relu = next(each for each in relus if each.inputs[0] == conv.name)
        if kind == ATTRIBUTE:
            faults.append(choices[int(rng.integers(len(choices)))])
            continue
        layer, shape, bits = {
            WEIGHT: (conv.name, params[conv.weight].shape, conv.weight_bits),
            BIAS: (conv.name, (conv.channels,), conv.acc_bits or 32),
            SHIFT: (relu.name, (conv.channels,), SHIFT_BITS),
            ROUNDING: (relu.name, (conv.channels,), max(1, int(params[relu.shift].max()))),
            LIMIT: (relu.name, (), relu.format.bits + 1),  # one for all channels
        }[kind]
        index = tuple(int(rng.integers(size)) for size in shape)
        faults.append(Fault(kind, layer, index, int(rng.integers(bits))))
    return faults


def faulty(
    node: g.Op, params: Parameters, inputs: Sequence[IntArray], fault: Fault, alone: bool = False
) -> IntArray:
    """The tensor that `node` makes with `fault`, int64 where it may leave its width.

    With `alone`, only the channel (1, rows, columns) that a fault of a value can change.
    """
    if fault.kind == ATTRIBUTE:
        return ATTRIBUTES[type(node)].apply(node, params, fault.attribute, fault.bit, *inputs)
    chosen = slice(fault.index[0], fault.index[0] + 1) if alone and fault.index else slice(None)
    if isinstance(node, g.Conv2d):
        weight, bias = faulty_convolution(node, params, fault)
        return conv2d(inputs[0], weight[chosen], bias[chosen])
    assert isinstance(node, g.Requantise)
    step = Step(*(each[chosen] for each in Step.of(node, params, fault)))
    return step.codes(inputs[0][chosen])


def flipped(value: int, bit: int, bits: int, signed: bool) -> int:
    """`value` of `bits` bits with one of them changed."""
    code = (value ^ (1 << bit)) & ((1 << bits) - 1)
    return code - (1 << bits) if signed and code >> (bits - 1) else code


def faulty_convolution(
    conv: g.Conv2d, params: Parameters, fault: Fault
) -> tuple[IntArray, IntArray]:
    """Weights and biases with the fault."""
    weight, bias = params[conv.weight].astype(np.int64), params[conv.bias].astype(np.int64)
    if fault.kind == WEIGHT:
        weight[fault.index] = flipped(int(weight[fault.index]), fault.bit, conv.weight_bits, True)
    else:
        bits = max(conv.acc_bits or 32, int(bias[fault.index]).bit_length() + 1)
        bias[fault.index] = flipped(int(bias[fault.index]), fault.bit, bits, True)
    return weight, bias


@dataclass(frozen=True)
class Step:
    """Requantisation channel by channel; arrays (C,)."""

    shift: IntArray
    half: IntArray
    limit: IntArray

    def __iter__(self) -> Iterator[IntArray]:
        return iter((self.shift, self.half, self.limit))

    @staticmethod
    def of(relu: g.Requantise, params: Parameters, fault: Fault | None = None) -> "Step":
        """What `relu` computes with, with the fault if there is one."""
        shift = params[relu.shift].astype(np.int64)
        if fault and fault.kind == SHIFT:
            shift[fault.index] ^= 1 << fault.bit
        half, limit = (np.int64(1) << shift) >> 1, np.full_like(shift, relu.format.max)
        if fault and fault.kind == ROUNDING:
            half[fault.index] ^= 1 << fault.bit
        if fault and fault.kind == LIMIT:
            limit ^= 1 << fault.bit
        return Step(shift, half, limit)

    def codes(self, acc: IntArray) -> IntArray:
        """Codes of an accumulator (C, rows, columns), int64."""
        shift, half, limit = (each[:, None, None] for each in self)
        return np.minimum((np.maximum(acc.astype(np.int64), 0) + half) >> shift, limit)


def attribute_faults(graph: g.Graph) -> Iterator[Fault]:
    """Every bit of every attribute that an operation could have wrong and keep its shape."""
    for node in graph.nodes:
        if type(node) in ATTRIBUTES:
            for attribute, bits in ATTRIBUTES[type(node)].bits(node).items():
                for bit in range(bits):
                    yield Fault(ATTRIBUTE, node.name, (), bit, attribute)
